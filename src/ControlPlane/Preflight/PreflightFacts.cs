namespace Lorica.ControlPlane.Preflight;

/// <summary>What the checks before an operation need to know, read from the database, the host and the KMS.</summary>
internal sealed record PreflightFacts
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>VM that runs the center, by id; null when none does.</summary>
    public string? CenterVm { get; init; }

    /// <summary>VM in which the KMS of a provider runs, by provider.</summary>
    public IReadOnlyDictionary<string, string> Guests { get; init; } = new Dictionary<string, string>();

    /// <summary>Providers whose keys a VM needs, by VM id.</summary>
    public ILookup<string, string> Needs { get; init; } = Array.Empty<string>().ToLookup(x => x);

    /// <summary>Certificates between the broker and the provider of the new key.</summary>
    public IReadOnlyList<ProviderCertificate> Certificates { get; init; } = [];

    /// <summary>Free bytes by datastore name; what is not in it is not known.</summary>
    public IReadOnlyDictionary<string, long> Free { get; init; } = new Dictionary<string, long>();

    /// <summary>Other VMs that have the key which the request names.</summary>
    public IReadOnlyList<string> KeyUsers { get; init; } = [];
}
