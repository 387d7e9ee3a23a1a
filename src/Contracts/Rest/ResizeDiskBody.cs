namespace Lorica.Contracts.Rest;

/// <summary>New size of a disk in bytes.</summary>
public sealed record ResizeDiskBody(long Capacity);
