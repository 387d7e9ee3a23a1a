namespace Lorica.Disks;

/// <summary>What a finished job left.</summary>
/// <param name="Model">The descriptor as it is now.</param>
/// <param name="Generation">Generation of the bundle, for the record; 0 for a plain disk.</param>
public sealed record DiskJobResult(DiskModel Model, long Generation);
