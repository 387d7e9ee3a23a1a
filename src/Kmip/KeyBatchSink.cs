namespace Lorica.Kmip;

/// <summary>Receives one key of several; the material is valid during the call only.</summary>
/// <param name="index">Which of the keys that were asked for.</param>
/// <param name="state">Its state.</param>
/// <param name="material">The raw key.</param>
public delegate void KeyBatchSink(int index, KmipKeyState state, ReadOnlySpan<byte> material);
