using Lorica.Crypto;

namespace Lorica.Vmx.Deliveries;

/// <summary>Secrets by name, in key memory. Owns those that nobody has taken.</summary>
internal sealed class SecretSet : IDisposable
{
    private readonly Dictionary<string, KeyBuffer> _secrets = new(StringComparer.Ordinal);

    /// <summary>Names of those that are here.</summary>
    public IReadOnlyCollection<string> Names => _secrets.Keys;

    /// <summary>Bytes of a secret; 0 when it is not here.</summary>
    public int LengthOf(string name) => _secrets.TryGetValue(name, out var secret) ? secret.Length : 0;

    /// <summary>Reads a secret from a pipe; false when the name is taken.</summary>
    public bool TryRead(string name, int pipe, int length)
    {
        if (_secrets.ContainsKey(name))
            return false;
        try
        {
            _secrets.Add(name, KeyPipe.Read(pipe, length));
            return true;
        }
        catch (CryptoException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, "What the host sends ended before the keys.", e);
        }
    }

    /// <summary>A secret, which is the caller's from here on.</summary>
    public KeyBuffer Take(string name) => _secrets.Remove(name, out var secret)
        ? secret : throw new VmxException(VmxErrorKind.BadConfig, $"There is no secret {name}.");

    public void Dispose()
    {
        foreach (var secret in _secrets.Values)
            secret.Dispose();
        _secrets.Clear();
    }
}
