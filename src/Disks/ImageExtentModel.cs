namespace Lorica.Disks;

/// <summary>A part of a VMDK, as its descriptor names it.</summary>
/// <param name="Type"><c>FLAT</c>, <c>VMFS</c>, <c>SPARSE</c> or <c>ZERO</c>.</param>
/// <param name="File">Name of its file; null for zeros.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Offset">Where it starts in a flat file, in bytes.</param>
public sealed record ImageExtentModel(string Type, string? File, long Length, long Offset);
