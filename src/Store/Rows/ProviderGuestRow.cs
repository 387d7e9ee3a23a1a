namespace Lorica.Store.Rows;

/// <summary>The VM in which the KMS of a provider runs.</summary>
public sealed class ProviderGuestRow
{
    /// <summary>Provider by name.</summary>
    public required string Provider { get; set; }

    /// <summary>VM id.</summary>
    public required string VmId { get; set; }
}
