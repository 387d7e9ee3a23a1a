using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Host.Refusals;
using Lorica.Platform.Trust;

namespace Lorica.Host.Joining;

/// <summary>
/// The host's side of joining.
/// <code>
/// Hello: a nonce for this peer ──► Prove: its proof is right ──► Install: certificate and CA ──► joined
///                                     └ wrong: one of the five tries of its network is used up; after the fifth that
///                                       network gets no nonce any more; after 15 minutes nobody does
/// </code>
/// A peer is the public key of its TLS connection: what one proved, another cannot use. Wrong proofs count by network
/// (<see cref="PeerNetwork"/>), since keys cost nothing: whoever guesses elsewhere takes no try from the true center, and wipes
/// away no nonce of it. What bounds guessing from everywhere is the token, 128 bits for 15 minutes.
/// </summary>
internal sealed class JoinSession
{
    public const int MaximumTries = 5;
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);
    /// <summary>Networks that are remembered; the one that was here longest ago goes first.</summary>
    public const int MaximumNetworks = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, JoinVisitor> _visitors = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JoinToken _token;
    private readonly ECDsa _key;
    private readonly byte[] _spki;
    private readonly string _stateFolder;
    private readonly TimeProvider _time;
    private readonly long _start;
    private string? _proved;
    private long _visits;

    public JoinSession(JoinToken token, ECDsa key, string name, string stateFolder, TimeProvider time)
    {
        (_token, _key, Name, _stateFolder, _time) = (token, key, name, stateFolder, time);
        _spki = key.ExportSubjectPublicKeyInfo();
        _start = time.GetTimestamp();
    }

    /// <summary>Host id that it will have.</summary>
    public string HostId { get; } = Guid.NewGuid().ToString();

    public string Name { get; }

    /// <summary>Completes when the host has joined.</summary>
    public Task Joined => _joined.Task;

    /// <summary>A nonce for the peer with this key.</summary>
    public byte[] Hello(string network, byte[] centerSpki, ReadOnlySpan<byte> centerNonce)
    {
        if (centerNonce.Length != JoinProof.Size)
            throw Refuse.Argument("Hello", $"The nonce has {JoinProof.Size} bytes.");
        lock (_gate)
        {
            RequireOpen_NeedsLock();
            var visitor = Visitor_NeedsLock(network);
            byte[] nonce = RandomNumberGenerator.GetBytes(JoinProof.Size);
            visitor.Challenge(Convert.ToHexString(centerSpki), centerNonce.ToArray(), nonce);
            return nonce;
        }
    }

    /// <summary>Checks the peer's proof; each nonce serves once.</summary>
    /// <returns>This host's proof, and the request for its certificate.</returns>
    public (byte[] Proof, byte[] Request) Prove(string network, byte[] centerSpki, ReadOnlySpan<byte> proof)
    {
        lock (_gate)
        {
            RequireOpen_NeedsLock();
            var visitor = Visitor_NeedsLock(network);
            if (!visitor.Take(Convert.ToHexString(centerSpki), out var nonces))
                throw Refuse.With(FaultTypes.InvalidState, "lorica.joinOrder", "join", "No nonce was asked for.", "Begin again.");
            byte[] right = JoinProof.Of(_token, Roles.Center, nonces.CenterNonce, nonces.HostNonce, centerSpki, _spki);
            if (!CryptographicOperations.FixedTimeEquals(right, proof))
            {
                visitor.Tries++;
                throw Refuse.With(FaultTypes.NoPermission, "lorica.joinToken", Name,
                    $"That is not the token of {Name}, or somebody stands between center and host.",
                    $"Type the token that the host's console shows; {MaximumTries - visitor.Tries} tries are left. If it was "
                        + "right, look who answers at that address.");
            }

            _proved = Convert.ToHexString(centerSpki);
            var request = new CertificateRequest("CN=" + HostId, _key, HashAlgorithmName.SHA256);
            return (JoinProof.Of(_token, Roles.Host, nonces.CenterNonce, nonces.HostNonce, centerSpki, _spki),
                request.CreateSigningRequest());
        }
    }

    /// <summary>Takes certificate and CA of the peer that proved itself; the same again is no change.</summary>
    public void Install(X509Certificate2 center, string certificatePem, string caPem)
    {
        lock (_gate)
        {
            byte[] spki = center.PublicKey.ExportSubjectPublicKeyInfo();
            if (_proved is null || _proved != Convert.ToHexString(spki))
            {
                throw Refuse.With(FaultTypes.NoPermission, "lorica.joinOrder", "join",
                    "This peer has not proved that it knows the token.", "Begin again.");
            }

            if (Joined.IsCompleted)
                return;
            RequireOpen_NeedsLock();
            try
            {
                using var ca = X509Certificate2.CreateFromPem(caPem);
                using var own = X509Certificate2.CreateFromPem(certificatePem);
                if (!new Peer(ca, Roles.Host, Convert.ToHexStringLower(SHA256.HashData(_spki))).Accepts(own))
                {
                    throw Refuse.Argument(
                        "certificate", "The certificate is not a host's, not of this host's key, or not of that CA.");
                }

                if (!new Peer(ca, Roles.Center, Peer.PinOf(center)).Accepts(center))
                    throw Refuse.Argument("ca", "The center's own certificate is not a center's of that CA.");
            }
            catch (CryptographicException e)
            {
                throw Refuse.With(FaultTypes.InvalidArgument, "lorica.invalidArgument", "certificate",
                    $"A certificate cannot be read: {e.Message}", "", e);
            }

            JoinedIdentity.Commit(
                _stateFolder, new JoinedAs(HostId, Peer.PinOf(center)), certificatePem,
                _key.ExportPkcs8PrivateKeyPem() + "\n", caPem);
            _joined.SetResult();
        }
    }

    private void RequireOpen_NeedsLock()
    {
        if (_time.GetElapsedTime(_start) > Life)
        {
            throw Refuse.With(
                FaultTypes.NoPermission, "lorica.joinExpired", Name, "The token has expired: it is good for 15 minutes.",
                "Run `lorica-host join` again on the host.");
        }
    }

    private JoinVisitor Visitor_NeedsLock(string network)
    {
        if (!_visitors.TryGetValue(network, out var visitor))
        {
            if (_visitors.Count >= MaximumNetworks)
                _visitors.Remove(_visitors.MinBy(v => v.Value.Seen).Key);
            _visitors[network] = visitor = new JoinVisitor();
        }

        visitor.Seen = ++_visits;
        if (visitor.Tries >= MaximumTries)
        {
            throw Refuse.With(
                FaultTypes.NoPermission, "lorica.joinTries", Name,
                $"{MaximumTries} wrong proofs came from {network}; the token is void for it.",
                "Run `lorica-host join` again on the host.");
        }

        return visitor;
    }
}
