namespace Lorica.Crypto.Native;

/// <summary>A piece of key memory; <see cref="Slab"/> is null when the pages belong to this block alone.</summary>
internal readonly unsafe struct KeyBlock(byte* pointer, int length, KeySlab? slab)
{
    public byte* Pointer { get; } = pointer;

    public int Length { get; } = length;

    public KeySlab? Slab { get; } = slab;
}
