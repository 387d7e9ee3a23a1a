using Lorica.Crypto;

namespace Lorica.Disks.Jobs;

/// <summary>Borrowed keys by name.</summary>
internal sealed class SingleKek(KeyId id, KeyBuffer kek) : IKekSource
{
    public KeyBuffer? Find(KeyId wanted) => wanted == id ? kek : null;
}
