using Lorica.Model;

namespace Lorica.Store.Rows;

/// <summary>A principal has a role at an object.</summary>
public sealed class PermissionRow
{
    /// <summary>Number, ascending.</summary>
    public long Number { get; set; }

    /// <summary>One of <see cref="PrincipalKinds"/>.</summary>
    public required string PrincipalKind { get; set; }

    /// <summary>Name.</summary>
    public required string Principal { get; set; }

    /// <summary>Role; negative when built in.</summary>
    public int RoleId { get; set; }

    /// <summary>One of <see cref="Model.ObjectKinds"/>.</summary>
    public required string ObjectKind { get; set; }

    /// <summary>Where.</summary>
    public required string ObjectId { get; set; }

    /// <summary>Whether it holds below too.</summary>
    public bool Propagate { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
