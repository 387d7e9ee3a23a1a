using Lorica.Contracts;
using Lorica.Crypto;

namespace Lorica.Host.Keys;

/// <summary>Between names of keys on the wire and in the program.</summary>
internal static class KeyRefs
{
    public static KeyId ToId(this KeyRef key) => new(key.Provider, key.KeyId);

    public static KeyRef ToRef(this KeyId key) => new() { Provider = key.Provider, KeyId = key.Id };
}
