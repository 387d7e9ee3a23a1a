namespace Lorica.Host.Joining;

/// <summary>What a joining host remembers of one network: how often it was wrong, and the nonces of its peers.</summary>
internal sealed class JoinVisitor
{
    private const int MaximumPeers = 4;

    private readonly Dictionary<string, (byte[] CenterNonce, byte[] HostNonce)> _challenges = new(StringComparer.Ordinal);

    /// <summary>Wrong proofs.</summary>
    public int Tries { get; set; }

    /// <summary>When it was last here; a counter.</summary>
    public long Seen { get; set; }

    /// <summary>Keeps the nonces of a peer; when there are too many, only these.</summary>
    public void Challenge(string peer, byte[] centerNonce, byte[] hostNonce)
    {
        if (_challenges.Count >= MaximumPeers)
            _challenges.Clear();
        _challenges[peer] = (centerNonce, hostNonce);
    }

    /// <summary>Takes the nonces of a peer away; false where there are none.</summary>
    public bool Take(string peer, out (byte[] CenterNonce, byte[] HostNonce) nonces) => _challenges.Remove(peer, out nonces);
}
