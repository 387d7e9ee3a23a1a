using Lorica.Crypto;
using Lorica.Kmip;
using Lorica.Kms.Store;

namespace Lorica.Kms.Tests.Store;

/// <summary>Objects and stores for tests.</summary>
internal static class Samples
{
    public static KmipObject Object(string identifier, string owner = "owner", KmipKeyState state = KmipKeyState.PreActive) =>
        new()
        {
            UniqueIdentifier = identifier,
            Owner = owner,
            Type = KmipObjectType.SymmetricKey,
            State = state,
            KeyFormat = 1,
            Attributes = [new("x-Note", 0, Convert.FromHexString("42000b07000000056e6f746521000000"))],
        };

    public static ObjectStore Open(StateFolder folder) => ObjectStore.Open(folder, RootKey.OpenOrCreate(folder), cleanUp: true);

    public static byte[] Material(ObjectStore store, string identifier)
    {
        byte[] copy = [];
        store.Read(identifier, m => copy = m.ToArray());
        return copy;
    }

    public static RootKey RandomKey()
    {
        using var root = KeyBuffer.Random(RootKey.Bytes);
        return RootKey.Derive(root);
    }
}
