using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Platform.Files;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Providers;

/// <summary>
/// The providers: one file each below <c>providers/</c>, replaced durably (<see cref="DurableFile"/>: write aside, fsync, rename,
/// fsync of the folder). All of a provider is in its one file, identity in use, former one and the one that waits, so that a
/// crash at any moment leaves either everything of before or everything of after.
/// <para>A file of the first form is read once, when the broker starts, and written anew with its blobs bound to the servers too.
/// A crash in between leaves the old file, which is read again. What cannot be opened stays as it is, and its provider says
/// so.</para>
/// </summary>
internal sealed class ProviderStore
{
    public const string BrokerCertificate = "brokerCertificate";
    public const string SelfSigned = "selfSigned";
    public const string Uploaded = "uploaded";
    public const string Requested = "requested";

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly SealKey _seal;
    private readonly NodeIdentity _self;
    private readonly Dictionary<string, ProviderEntry> _entries = [];

    public ProviderStore(string stateFolder, SealKey seal, NodeIdentity self, TimeProvider time)
    {
        _seal = seal;
        _self = self;
        _folder = Path.Combine(stateFolder, "providers");
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string file in Directory.EnumerateFiles(_folder, "*.json"))
        {
            var entry = JsonSerializer.Deserialize(File.ReadAllBytes(file), BrokerJson.Default.ProviderEntry)
                ?? throw new InvalidOperationException($"{file} is empty.");
            var present = OfThisBroker(InPresentForm(entry), time);
            if (present != entry)
                Save(present);
            _entries[entry.Name] = present;
        }
    }

    public IReadOnlyList<ProviderEntry> All
    {
        get
        {
            lock (_gate)
                return [.. _entries.Values.Where(e => !e.Removed).OrderBy(e => e.Name, StringComparer.Ordinal)];
        }
    }

    public ProviderEntry? Find(string name)
    {
        lock (_gate)
            return _entries.GetValueOrDefault(name) is { Removed: false } entry ? entry : null;
    }

    /// <summary>What is kept of a provider that was removed.</summary>
    public ProviderEntry? FindRemoved(string name)
    {
        lock (_gate)
            return _entries.GetValueOrDefault(name) is { Removed: true } entry ? entry : null;
    }

    public ProviderEntry Get(string name) => Find(name)
        ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.providerUnknown",
        name, $"There is no key provider named {name}.", "Register it under this very name: names are part of key locators."));

    public void Save(ProviderEntry entry)
    {
        lock (_gate)
        {
            DurableFile.Replace(PathOf(entry.Name), JsonSerializer.SerializeToUtf8Bytes(entry, BrokerJson.Default.ProviderEntry));
            _entries[entry.Name] = entry;
        }
    }

    /// <summary>Changes a provider as it is now; null when it was removed meanwhile.</summary>
    public ProviderEntry? Update(string name, Func<ProviderEntry, ProviderEntry> change)
    {
        lock (_gate)
        {
            if (Find(name) is not { } entry)
                return null;
            var changed = change(entry);
            Save(changed);
            return changed;
        }
    }

    public void Remove(string name)
    {
        lock (_gate)
        {
            if (_entries.Remove(name))
                DurableFile.Delete(PathOf(name));
        }
    }

    /// <summary>The client certificate with its key. The caller disposes it, unless it is the broker's own.</summary>
    public X509Certificate2 OpenIdentity(ProviderEntry entry, out bool owned)
    {
        // Source-generated JSON writes an absent byte[] as "", so absent comes back from the file as empty.
        owned = entry.SealedIdentity is { Length: > 0 };
        if (entry.SealedIdentity is not { Length: > 0 })
            return _self.Certificate;
        using var pem = Unseal(entry, SealPurpose.Identity, entry.SealedIdentity);
        return ClientCertificate.Read(entry.Name, pem);
    }

    /// <summary>Whether the client certificate with its key can be used.</summary>
    public bool Opens(ProviderEntry entry)
    {
        try
        {
            var certificate = OpenIdentity(entry, out bool owned);
            if (owned)
                certificate.Dispose();
            return true;
        }
        catch (Exception e) when (e is CryptographicException or FaultException)
        {
            return false;
        }
    }

    /// <summary>User name and password, where the servers want them.</summary>
    public Credential? OpenCredential(ProviderEntry entry)
    {
        if (entry.SealedCredential is not { Length: > 0 })
            return null;
        var opened = Unseal(entry, SealPurpose.Credential, entry.SealedCredential);
        var credential = Credential.Read(opened);
        if (credential is null)
            opened.Dispose();
        return credential;
    }

    /// <summary>Seals something of a provider for its name and its servers.</summary>
    public byte[] Seal(ProviderEntry entry, string purpose, KeyBuffer plaintext) =>
        _seal.Seal(purpose, entry.Binding(), plaintext);

    /// <summary>Opens what was sealed for its name and its servers.</summary>
    public KeyBuffer Unseal(ProviderEntry entry, string purpose, byte[] blob) => _seal.Unseal(purpose, entry.Binding(), blob);

    /// <summary>
    /// The same provider with other servers: its keys are sealed anew for them. A credential goes along only when every server
    /// was one before, under the same certificate: a password is meant for who was meant when it was given.
    /// </summary>
    public ProviderEntry WithServers(ProviderEntry entry, IReadOnlyList<ServerEntry> servers)
    {
        var changed = entry with { Servers = servers, Form = ProviderEntry.PresentForm };
        var (from, to) = (entry.Binding(), changed.Binding());
        if (from.AsSpan().SequenceEqual(to))
            return changed;
        bool keeps = KeepsCredential(entry, servers);
        return changed with
        {
            SealedIdentity = Again(SealPurpose.Identity, entry.SealedIdentity),
            SealedRequestedKey = Again(SealPurpose.RequestedKey, entry.SealedRequestedKey),
            UserName = keeps ? entry.UserName : null,
            SealedCredential = keeps ? Again(SealPurpose.Credential, entry.SealedCredential) : null,
            Former = Kept(entry.Former),
            Waiting = Kept(entry.Waiting),
        };

        KeptIdentity? Kept(KeptIdentity? kept) => kept is null ? null : kept with
        {
            Sealed = Again(SealPurpose.Identity, kept.Sealed),
            UserName = keeps ? kept.UserName : null,
            SealedCredential = keeps ? Again(SealPurpose.Credential, kept.SealedCredential) : null,
        };

        byte[]? Again(string purpose, byte[]? blob)
        {
            if (blob is not { Length: > 0 })
                return null;
            try
            {
                using var plaintext = _seal.Unseal(purpose, from, blob);
                return _seal.Seal(purpose, to, plaintext);
            }
            catch (CryptographicException)
            {
                // Unreadable before, and said so at each use: it stays what it is.
                return blob;
            }
        }
    }

    /// <summary>Whether a credential may go to all of <paramref name="servers"/>.</summary>
    public static bool KeepsCredential(ProviderEntry entry, IReadOnlyList<ServerEntry> servers) =>
        servers.All(s => entry.Servers.Any(known => known.Host.Equals(s.Host, StringComparison.OrdinalIgnoreCase)
            && known.Port == s.Port && known.CertificateSha256 == s.CertificateSha256));

    private ProviderEntry InPresentForm(ProviderEntry entry)
    {
        if (entry.Form >= ProviderEntry.PresentForm)
            return entry;
        try
        {
            return entry with
            {
                Form = ProviderEntry.PresentForm,
                SealedIdentity = Again(SealPurpose.Identity, entry.SealedIdentity),
                SealedRequestedKey = Again(SealPurpose.RequestedKey, entry.SealedRequestedKey),
                SealedCredential = Again(SealPurpose.Credential, entry.SealedCredential),
                KeySha256 = entry.CertificatePem is { } pem ? ClientCertificate.KeySha256(pem) : null,
            };
        }
        catch (CryptographicException)
        {
            return entry;
        }

        byte[]? Again(string purpose, byte[]? blob)
        {
            if (blob is not { Length: > 0 })
                return null;
            using var plaintext = _seal.UnsealFirstForm(purpose, entry.Name, blob);
            return _seal.Seal(purpose, entry.Binding(), plaintext);
        }
    }

    /// <summary>
    /// The broker's own certificate comes from outside. When its key is another one than before, it is not known to see the keys.
    /// </summary>
    private ProviderEntry OfThisBroker(ProviderEntry entry, TimeProvider time)
    {
        string own = Peer.PinOf(_self.Certificate);
        if (entry.Identity != BrokerCertificate || entry.SealedIdentity is { Length: > 0 } || entry.KeySha256 == own)
            return entry;
        return entry with
        {
            KeySha256 = own,
            UnprovenSinceUnix = entry.KeySha256 is null ? entry.UnprovenSinceUnix : time.GetUtcNow().ToUnixTimeSeconds(),
        };
    }

    private string PathOf(string name) => Path.Combine(_folder, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name)) + ".json");
}
