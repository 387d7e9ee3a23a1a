using System.Runtime.InteropServices;

namespace Lorica.Crypto.Bench;

/// <summary>
/// A page-aligned buffer, as the disk path uses them: where the garbage collector happens to put an array is no part of a figure.
/// </summary>
internal sealed unsafe class AlignedBuffer(int length) : IDisposable
{
    private readonly byte* _bytes = (byte*)NativeMemory.AlignedAlloc((nuint)length, 4096);

    // SAFETY: length bytes from construction to disposal.
    public Span<byte> Span => new(_bytes, length);

    public void Dispose() => NativeMemory.AlignedFree(_bytes);
}
