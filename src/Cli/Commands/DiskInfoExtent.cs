namespace Lorica.Cli.Commands;

/// <summary>A file of a VMDK, or zeros that are in none.</summary>
/// <param name="Type"><c>FLAT</c>, <c>VMFS</c>, <c>SPARSE</c> or <c>ZERO</c>.</param>
/// <param name="File">Its name; null for zeros.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Offset">Where it starts in the file, in bytes.</param>
internal sealed record DiskInfoExtent(string Type, string? File, long Size, long Offset);
