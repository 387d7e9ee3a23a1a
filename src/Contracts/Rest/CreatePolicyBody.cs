namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/policies</c>.</summary>
public sealed record CreatePolicyBody
{
    /// <summary>Name, unique without case.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    // Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
    public string Description { get; set; } = "";

    /// <summary>With an encryption rule.</summary>
    public bool Encryption { get; set; }

    /// <summary>The encryption rule's property: I/O filters may stand before encryption.</summary>
    public bool AllowCleartextFilters { get; set; }

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
}
