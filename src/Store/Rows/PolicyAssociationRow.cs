namespace Lorica.Store.Rows;

/// <summary>Which storage policy an object (VM home or a disk) has; no row means the datastore default.</summary>
public sealed class PolicyAssociationRow
{
    /// <summary>VM id for VM home, the disk's object id.</summary>
    public required string ObjectId { get; set; }

    /// <summary>VM to which the object belongs.</summary>
    public required string VmId { get; set; }

    /// <summary>Policy id.</summary>
    public required string PolicyId { get; set; }

    /// <summary>
    /// Version of the policy's rules when it was applied; the policy's own is newer once its rules were edited.
    /// </summary>
    public long RulesVersion { get; set; } = 1;
}
