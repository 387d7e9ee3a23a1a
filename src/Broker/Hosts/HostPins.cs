using System.Security.Cryptography;
using System.Text.Json;
using Lorica.Broker.Hosting;
using Lorica.Broker.Providers;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Platform.Files;
using Lorica.Platform.Native;

namespace Lorica.Broker.Hosts;

/// <summary>
/// The hosts to which keys may be sealed, in the file <c>hosts.json</c>: host id to the SHA-256 of its public key. The file is
/// read for each question, since <c>lorica-broker pin</c> may have changed it, and replaced durably under a lock that other
/// processes see. An id means one key for ever as far as the center goes: a removed host leaves its line, marked, and only
/// <see cref="Set"/>, which whoever works on this machine calls, gives it another key.
/// </summary>
internal sealed class HostPins
{
    private readonly string _folder;
    private readonly bool _centerMayAdd;

    /// <param name="stateFolder">Where the file is.</param>
    /// <param name="configured">Pins of the configuration: the operator's word, as <see cref="Set"/>; a host that was removed
    /// and has still the same key stays removed.</param>
    /// <param name="pinning">One of <see cref="HostPinning"/>.</param>
    public HostPins(string stateFolder, IReadOnlyDictionary<string, string> configured, string pinning)
    {
        _folder = stateFolder;
        _centerMayAdd = pinning switch
        {
            HostPinning.Center => true,
            HostPinning.Operator => false,
            _ => throw new InvalidOperationException(
                $"hostPinning is '{pinning}'; it can be {HostPinning.Center} or {HostPinning.Operator}."),
        };
        foreach (var (id, pin) in configured)
        {
            if (!IsPin(pin) || !Guid.TryParseExact(id, "D", out _))
            {
                throw new InvalidOperationException(
                    $"The pin of host '{id}' is malformed: an id is a UUID, a pin 64 hex digits.");
            }

            string wanted = pin.ToLowerInvariant();
            if (Read().GetValueOrDefault(id)?.SpkiSha256 != wanted)
                Set(stateFolder, id, wanted);
        }
    }

    /// <summary>Hosts to which keys may go.</summary>
    public IReadOnlyList<string> Ids => [.. Read().Where(p => !p.Value.Removed).Select(p => p.Key).Order()];

    /// <summary>What the center asks for. The same key again is no change, and takes a removed host back.</summary>
    public void Pin(string hostId, ReadOnlySpan<byte> spkiSha256)
    {
        if (spkiSha256.Length != SHA256.HashSizeInBytes || !Guid.TryParseExact(hostId, "D", out _))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.pin", hostId,
                "A host is pinned by its id (a UUID) and the SHA-256 of its public key."));
        }

        string pin = Convert.ToHexStringLower(spkiSha256);
        string wayOut = $"lorica-broker pin {hostId} {pin} --config FILE, on the broker's machine";
        Change(_folder, pins =>
        {
            var known = pins.GetValueOrDefault(hostId);
            if (known is not null && known.SpkiSha256 != pin)
            {
                throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.hostPinned", hostId,
                    $"Host {hostId} was pinned with another key, and keeps it.", $"If the host was installed anew: {wayOut}"));
            }

            if (known is { Removed: false })
                return false;
            if (!_centerMayAdd)
            {
                throw new FaultException(new Fault(FaultTypes.NoPermission, "lorica.hostPinning", hostId,
                    $"Host {hostId} is not pinned with the broker, and this broker lets no center pin a host.", wayOut));
            }

            pins[hostId] = new PinnedHost(pin);
            return true;
        });
    }

    /// <summary>No key goes to the host any more; its id goes on meaning its key.</summary>
    public void Unpin(string hostId) => Change(_folder, pins =>
    {
        if (pins.GetValueOrDefault(hostId) is not { Removed: false } known)
            return false;
        pins[hostId] = known with { Removed = true };
        return true;
    });

    /// <summary>The operator's word: this id means this key from now on.</summary>
    public static void Set(string stateFolder, string hostId, string pin) => Change(stateFolder, pins =>
    {
        pins[hostId] = new PinnedHost(pin);
        return true;
    });

    /// <summary>Whether a text is the SHA-256 of something, in hex.</summary>
    public static bool IsPin(string text) => text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigit);

    /// <summary>
    /// Proves that <paramref name="p"/> was made by the pinned host: its key is the pinned one, and that key signed the receive
    /// key and the boot nonce.
    /// </summary>
    /// <exception cref="FaultException">It was not; nothing may be sealed to it.</exception>
    public void Verify(HostPresentation p)
    {
        if (Read().GetValueOrDefault(p.HostId) is not { Removed: false, SpkiSha256: var pin })
            throw Refused(p.HostId, "It is not pinned with the broker.");
        var spki = p.HostSpki.Span;
        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(spki), Convert.FromHexString(pin)))
            throw Refused(p.HostId, "Its key is not the pinned one.");
        if (p.ReceiveKey.Length != 65 || p.BootNonce.Length != 32)
            throw Refused(p.HostId, "Its receive key or boot nonce is malformed.");
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(spki, out int read);
            if (read == spki.Length && key.VerifyData(KeyDelivery.PresentationToSign(p.ReceiveKey.Span, p.BootNonce.Span),
                p.Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            {
                return;
            }
        }
        catch (CryptographicException)
        {
            // A key that cannot be read has signed nothing.
        }

        throw Refused(p.HostId, "Its signature over the receive key does not verify.");
    }

    private static FaultException Refused(string host, string why) => new(new Fault(
        FaultTypes.NoPermission, "lorica.hostNotPinned", host,
        $"No key goes to host {host}. {why}", "Join the host again from its own console."));

    private static string FileOf(string folder) => Path.Combine(folder, "hosts.json");

    private Dictionary<string, PinnedHost> Read() => Read(_folder);

    private static Dictionary<string, PinnedHost> Read(string folder) => File.Exists(FileOf(folder))
        ? JsonSerializer.Deserialize(File.ReadAllBytes(FileOf(folder)), BrokerJson.Default.DictionaryStringPinnedHost) ?? []
        : [];

    private static void Change(string folder, Func<Dictionary<string, PinnedHost>, bool> change)
    {
        using var held = FileGate.Take(Path.Combine(folder, "hosts.lock"));
        var pins = Read(folder);
        if (!change(pins))
            return;
        DurableFile.Replace(
            FileOf(folder), JsonSerializer.SerializeToUtf8Bytes(pins, BrokerJson.Default.DictionaryStringPinnedHost));
        PosixFile.GiveToOwnerOf(folder, FileOf(folder));
    }
}
