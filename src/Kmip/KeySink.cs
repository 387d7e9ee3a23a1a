namespace Lorica.Kmip;

/// <summary>
/// Takes key material out of the library. The span is valid for the call only and is zeroed right after it: copy the bytes
/// straight into key memory of your own, never into an array or a string.
/// </summary>
/// <param name="material">The raw key bytes.</param>
public delegate void KeySink(ReadOnlySpan<byte> material);
