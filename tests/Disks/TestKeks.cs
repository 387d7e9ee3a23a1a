using Lorica.Crypto;

namespace Lorica.Disks.Tests;

/// <summary>Two KEKs with fixed bytes, and a source that can lose them.</summary>
public sealed class TestKeks : IKekSource, IDisposable
{
    public static readonly KeyId First = new("kms one", "key-1");
    public static readonly KeyId Second = new("kms one", "key-2");

    private readonly Dictionary<KeyId, KeyBuffer> _keys = [];

    public TestKeks()
    {
        _keys[First] = Fill(0x11);
        _keys[Second] = Fill(0x22);
    }

    public KeyBuffer this[KeyId id] => _keys[id];

    public KeyBuffer? Find(KeyId id) => _keys.GetValueOrDefault(id);

    public void Lose(KeyId id)
    {
        _keys[id].Dispose();
        _keys.Remove(id);
    }

    public void Replace(KeyId id, byte fill)
    {
        _keys[id].Dispose();
        _keys[id] = Fill(fill);
    }

    public DiskKeys Keys(Guid? objectId = null) => new(First, _keys[First], objectId);

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }

    private static KeyBuffer Fill(byte value)
    {
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++)
            bytes[i] = (byte)(value + i);
        return KeyBuffer.CopyOf(bytes);
    }
}
