using Lorica.ControlPlane.Policies;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.SetPolicy;

/// <summary>Sets a storage policy; encrypts or decrypts what that changes.</summary>
public sealed record SetPolicyRequest
{
    /// <summary>Policy: name or id, then id.</summary>
    public required string Policy { get; init; }

    /// <summary>Apply to VM home; with <see cref="Disks"/> null too: to everything.</summary>
    public bool? Home { get; init; }

    /// <summary>Labels of the disks.</summary>
    public IReadOnlyList<string>? Disks { get; init; }

    /// <summary>Decrypt although the start of a disk looks like nothing known.</summary>
    public bool Force { get; init; }

    /// <summary>What the request expects.</summary>
    public CryptoRequest Crypto { get; init; }

    /// <summary>Provider of the new key; null for the default one.</summary>
    public string? Provider { get; init; }

    /// <summary>Keys that the request names: whoever names some expects encryption.</summary>
    public IReadOnlyList<KeySpec> Keys { get; init; } = [];

    /// <summary>Rules of the policy for which privileges were checked.</summary>
    public long RulesVersion { get; init; }
}
