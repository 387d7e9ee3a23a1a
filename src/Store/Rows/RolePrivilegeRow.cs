namespace Lorica.Store.Rows;

/// <summary>A privilege of a role.</summary>
public sealed class RolePrivilegeRow
{
    /// <summary>Role.</summary>
    public int RoleId { get; set; }

    /// <summary>Id of the privilege.</summary>
    public required string Privilege { get; set; }
}
