using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>People for tests at the level of the application services.</summary>
internal static class People
{
    public static readonly Caller Administrator = new(SignInService.Administrator);

    private const int NoAccess = -5;

    /// <summary>A person who holds everything at the root but these privileges.</summary>
    public static async Task<Caller> WithoutAsync(TestCenter center, params string[] privileges)
    {
        string name = $"person-{Guid.NewGuid():N}";
        int role = 1000 + Math.Abs(name.GetHashCode(StringComparison.Ordinal) % 1_000_000);
        await center.Store.WriteAsync(db =>
        {
            db.Raw.Users.Add(new UserRow { Name = name, PasswordHash = "" });
            db.Raw.Roles.Add(new RoleRow { Id = role, Name = name });
            db.Raw.RolePrivileges.AddRange(
                Privileges.All.Except(privileges).Select(p => new RolePrivilegeRow { RoleId = role, Privilege = p }));
            db.Raw.Permissions.Add(new PermissionRow
            {
                PrincipalKind = PrincipalKinds.User, Principal = name, RoleId = role, ObjectKind = ObjectKinds.Root,
                ObjectId = InventoryIds.Root, Propagate = true,
            });
            return Task.CompletedTask;
        });
        return new Caller(name);
    }

    /// <summary>A person who is administrator at one object, and holds nothing anywhere else.</summary>
    public static async Task<Caller> OnlyAtAsync(TestCenter center, string kind, string id, string? except = null)
    {
        string name = $"person-{Guid.NewGuid():N}";
        PermissionRow At(string objectKind, string objectId, int role) => new()
        {
            PrincipalKind = PrincipalKinds.User, Principal = name, RoleId = role, ObjectKind = objectKind, ObjectId = objectId,
            Propagate = true,
        };
        await center.Store.WriteAsync(db =>
        {
            db.Raw.Users.Add(new UserRow { Name = name, PasswordHash = "" });
            db.Raw.Permissions.Add(At(kind, id, BuiltInRoles.Admin.Id));
            if (except is not null)
            {
                db.Raw.Permissions.Add(At(ObjectKinds.Vm, except, NoAccess));
            }

            return Task.CompletedTask;
        });
        return new Caller(name);
    }

    /// <summary>Takes everything from a person.</summary>
    public static Task WithdrawAsync(TestCenter center, Caller person) => center.Store.WriteAsync(db =>
    {
        db.Raw.Permissions.RemoveRange(db.Raw.Permissions.Where(p => p.Principal == person.User));
        return Task.CompletedTask;
    });
}
