namespace Lorica.Contracts.Rest;

/// <summary>A storage policy.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Description">For people.</param>
/// <param name="Encryption">Has an encryption rule.</param>
/// <param name="AllowCleartextFilters">The encryption rule's property: I/O filters may stand before encryption.</param>
/// <param name="BuiltIn">Cannot be edited or deleted, only cloned.</param>
public sealed record PolicyModel(
    string Id, string Name, string Description, bool Encryption, bool AllowCleartextFilters, bool BuiltIn)
{
    /// <summary>On an encrypted VM, whatever could reach into the guest needs Cryptographer.Access too.</summary>
    public bool Strict { get; set; } = true;

    /// <summary>Tags that a datastore must carry.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>
    /// <c>keepRunning</c>, <c>preventPowerOn</c>, <c>suspend</c> or <c>shutDown</c> when a key stays out of reach.
    /// </summary>
    public string OutageAction { get; set; } = "keepRunning";

    /// <summary>How long it must have been out of reach.</summary>
    public long OutageAfterSeconds { get; set; }

    /// <summary>Grows with each edit; the ETag.</summary>
    public long Version { get; set; } = 1;
}
