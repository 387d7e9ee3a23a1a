namespace Lorica.Store.Rows;

/// <summary>A user in a group.</summary>
public sealed class GroupMemberRow
{
    /// <summary>Group.</summary>
    public required string GroupName { get; set; }

    /// <summary>User.</summary>
    public required string UserName { get; set; }
}
