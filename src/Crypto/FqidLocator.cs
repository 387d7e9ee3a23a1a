using System.Text;

namespace Lorica.Crypto;

/// <summary><c>fqid/&lt;VMWARE-NULL&gt;/provider/keyId</c>: a KEK by name.</summary>
/// <param name="key">The key; both parts non-empty.</param>
public sealed class FqidLocator(KeyId key) : KeyLocator
{
    internal const string Word = "fqid/<VMWARE-NULL>/";

    /// <summary>The key that is named.</summary>
    public KeyId Key { get; } = string.IsNullOrEmpty(key.Provider) || string.IsNullOrEmpty(key.Id)
        ? throw new ArgumentException("A key has a provider and an id.", nameof(key))
        : key;

    internal override void Write(StringBuilder text)
        => text.Append(Word).Append(LocatorText.Escape(Key.Provider)).Append('/').Append(LocatorText.Escape(Key.Id));
}
