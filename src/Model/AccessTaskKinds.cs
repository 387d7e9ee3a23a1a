namespace Lorica.Model;

/// <summary>Kinds of tasks on people, roles, permissions, tokens and sessions. None carries a secret.</summary>
public static class AccessTaskKinds
{
    /// <summary>Add a user.</summary>
    public const string UserAdd = "user.add";

    /// <summary>Remove a user.</summary>
    public const string UserRemove = "user.remove";

    /// <summary>Set a password.</summary>
    public const string SetPassword = "user.setPassword";

    /// <summary>Add a group.</summary>
    public const string GroupAdd = "group.add";

    /// <summary>Remove a group.</summary>
    public const string GroupRemove = "group.remove";

    /// <summary>Put a user into a group.</summary>
    public const string MemberAdd = "group.addMember";

    /// <summary>Take a user out of a group.</summary>
    public const string MemberRemove = "group.removeMember";

    /// <summary>Clone a role.</summary>
    public const string RoleClone = "role.clone";

    /// <summary>Change what a role holds.</summary>
    public const string RoleChange = "role.change";

    /// <summary>Remove a role.</summary>
    public const string RoleRemove = "role.remove";

    /// <summary>Give a permission.</summary>
    public const string PermissionGrant = "permission.grant";

    /// <summary>Take a permission away.</summary>
    public const string PermissionRevoke = "permission.revoke";

    /// <summary>Make an API token.</summary>
    public const string TokenCreate = "token.create";

    /// <summary>Revoke an API token.</summary>
    public const string TokenRevoke = "token.revoke";

    /// <summary>End a session.</summary>
    public const string SessionEnd = "session.end";
}
