using Lorica.Crypto;

namespace Lorica.Host.Home;

/// <summary>
/// A VMX that verified (or a plain one that may be plain), the bytes it was read from, and its keys, which it owns.
/// </summary>
internal sealed class OpenedHome(VmModel model, byte[] bytes, KeyId? openedWith, BundleContents? contents) : IDisposable
{
    public VmModel Model { get; } = model;

    /// <summary>The very bytes that were verified.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>The KEK that opened it; null for a plain home.</summary>
    public KeyId? OpenedWith { get; } = openedWith;

    public BundleContents? Contents { get; } = contents;

    /// <summary>Generation of the bundle; 0 for a plain home.</summary>
    public long Generation => Contents?.Generation ?? 0;

    /// <summary>32 bytes; null for a plain home.</summary>
    public KeyBuffer? DataFileKey => Contents?.Key;

    public void Dispose() => Contents?.Dispose();
}
