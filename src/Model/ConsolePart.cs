namespace Lorica.Model;

/// <summary>A part of a VM's serial log.</summary>
/// <param name="Offset">Where it begins in the log; the first part says where the log that is still there begins.</param>
/// <param name="Data">The bytes.</param>
public sealed record ConsolePart(long Offset, ReadOnlyMemory<byte> Data);
