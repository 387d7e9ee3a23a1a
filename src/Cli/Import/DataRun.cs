namespace Lorica.Cli.Import;

/// <summary>A run of bytes that are not all zero.</summary>
/// <param name="Offset">Of its first byte in the virtual disk; a multiple of 512.</param>
/// <param name="Data">The bytes; valid until the next run is asked for.</param>
internal readonly record struct DataRun(long Offset, ReadOnlyMemory<byte> Data);
