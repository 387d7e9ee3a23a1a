using System.Security.Cryptography;
using System.Text.Json;
using Lorica.Broker.Providers;
using Lorica.Broker.Start;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Crypto;

namespace Lorica.Broker.Hosts;

/// <summary>
/// The hosts to which keys may be sealed: host id to SHA-256 of its public key. The configuration's pins and those added later
/// (file <c>hosts.json</c>, replaced durably). A pin is never changed silently: another key under a known id is refused.
/// </summary>
internal sealed class HostPins
{
    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly Dictionary<string, string> _pins;

    public HostPins(string stateFolder, IReadOnlyDictionary<string, string> configured)
    {
        _path = Path.Combine(stateFolder, "hosts.json");
        _pins = File.Exists(_path)
            ? JsonSerializer.Deserialize(File.ReadAllBytes(_path), BrokerJson.Default.DictionaryStringString) ?? []
            : [];
        foreach (var (id, pin) in configured)
            _pins[id] = pin;
    }

    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (_gate)
                return [.. _pins.Keys.Order()];
        }
    }

    public void Pin(string hostId, ReadOnlySpan<byte> spkiSha256)
    {
        if (spkiSha256.Length != SHA256.HashSizeInBytes || !Guid.TryParseExact(hostId, "D", out _))
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.pin", hostId,
                "A host is pinned by its id (a UUID) and the SHA-256 of its public key."));
        var pin = Convert.ToHexStringLower(spkiSha256);
        lock (_gate)
        {
            if (_pins.TryGetValue(hostId, out var known))
            {
                if (known == pin)
                    return;
                throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.hostPinned", hostId,
                    $"Host {hostId} is pinned with another key.", "Remove the host first if it was installed anew."));
            }

            _pins[hostId] = pin;
            Save_NeedsLock();
        }
    }

    public void Unpin(string hostId)
    {
        lock (_gate)
        {
            if (_pins.Remove(hostId))
                Save_NeedsLock();
        }
    }

    /// <summary>
    /// Proves that <paramref name="p"/> was made by the pinned host: its key is the pinned one, and that key signed the receive
    /// key and the boot nonce.
    /// </summary>
    /// <exception cref="FaultException">It was not; nothing may be sealed to it.</exception>
    public void Verify(HostPresentation p)
    {
        string? pin;
        lock (_gate)
            pin = _pins.GetValueOrDefault(p.HostId);
        if (pin is null)
            throw Refused(p.HostId, "It is not pinned with the broker.");
        var spki = p.HostSpki.Span;
        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(spki), Convert.FromHexString(pin)))
            throw Refused(p.HostId, "Its key is not the pinned one.");
        if (p.ReceiveKey.Length != 65 || p.BootNonce.Length != 32)
            throw Refused(p.HostId, "Its receive key or boot nonce is malformed.");
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(spki, out var read);
            if (read == spki.Length && key.VerifyData(KeyDelivery.PresentationToSign(p.ReceiveKey.Span, p.BootNonce.Span),
                p.Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
                return;
        }
        catch (CryptographicException)
        {
            // A key that cannot be read has signed nothing.
        }

        throw Refused(p.HostId, "Its signature over the receive key does not verify.");
    }

    private static FaultException Refused(string host, string why) => new(new Fault(FaultTypes.NoPermission, "lorica.hostNotPinned", host,
        $"No key goes to host {host}. {why}", "Join the host again from its own console."));

    private void Save_NeedsLock() =>
        DurableFile.Replace(_path, JsonSerializer.SerializeToUtf8Bytes(_pins, BrokerJson.Default.DictionaryStringString));
}
