using Lorica.Contracts.Faults;

namespace Lorica.Broker.Identities;

/// <summary>What a look at a KMS with another identity found.</summary>
/// <param name="Why">Why it is not proven to see the keys in use; null when it is.</param>
/// <param name="Keys">The keys that it does not see.</param>
/// <param name="LetIn">Whether a server answered it at all.</param>
/// <param name="SeesProbe">Whether it sees the probe key.</param>
internal sealed record IdentityVerdict(string? Why, IReadOnlyList<KeyReason> Keys, bool LetIn, bool SeesProbe)
{
    /// <summary>Nothing can be lost.</summary>
    public static readonly IdentityVerdict NothingToProve = new(null, [], LetIn: true, SeesProbe: true);

    /// <summary>It sees the keys in use.</summary>
    public bool Proven => Why is null;
}
