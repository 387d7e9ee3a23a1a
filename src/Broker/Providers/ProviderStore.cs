using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Lorica.Broker.Start;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;

namespace Lorica.Broker.Providers;

/// <summary>
/// The providers: one file each below <c>providers/</c>, replaced durably; a crash leaves the old or the new one.
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

    public ProviderStore(string stateFolder, SealKey seal, NodeIdentity self)
    {
        _seal = seal;
        _self = self;
        _folder = Path.Combine(stateFolder, "providers");
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(_folder, "*.json"))
        {
            var entry = JsonSerializer.Deserialize(File.ReadAllBytes(file), BrokerJson.Default.ProviderEntry)
                ?? throw new InvalidOperationException($"{file} is empty.");
            _entries[entry.Name] = entry;
        }
    }

    public IReadOnlyList<ProviderEntry> All
    {
        get
        {
            lock (_gate)
                return [.. _entries.Values.OrderBy(e => e.Name, StringComparer.Ordinal)];
        }
    }

    public ProviderEntry? Find(string name)
    {
        lock (_gate)
            return _entries.GetValueOrDefault(name);
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
        using var pem = _seal.Unseal(entry.Name, entry.SealedIdentity);
        return ClientCertificate.Read(entry.Name, pem);
    }

    /// <summary>User name and password, where the servers want them.</summary>
    public Credential? OpenCredential(ProviderEntry entry)
    {
        if (entry.SealedCredential is not { Length: > 0 })
            return null;
        var opened = _seal.Unseal(CredentialOf(entry.Name), entry.SealedCredential);
        var credential = Credential.Read(opened);
        if (credential is null)
            opened.Dispose();
        return credential;
    }

    /// <summary>Under what a credential is sealed; a provider's name holds no line feed, so it is never an identity's.</summary>
    public static string CredentialOf(string provider) => provider + "\ncredential";

    /// <summary>Under what the key of a requested certificate is sealed.</summary>
    public static string RequestedKeyOf(string provider) => provider + "\nrequested";

    private string PathOf(string name) => Path.Combine(_folder, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name)) + ".json");
}
