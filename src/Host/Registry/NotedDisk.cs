namespace Lorica.Host.Registry;

/// <summary>
/// The files of one disk as they were before a change moved or removed them. A name alone says nothing once a crash may lie
/// between: another disk may have got it.
/// </summary>
/// <param name="ObjectId">The disk's object id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Descriptor">SHA-256 of the descriptor in hex; empty for one that cannot be read, null for none.</param>
/// <param name="DescriptorInode">Number of the descriptor on its filesystem; a move within that keeps it.</param>
/// <param name="DataInode">Likewise of the data file.</param>
internal sealed record NotedDisk(Guid ObjectId, string Name, string? Descriptor, ulong? DescriptorInode, ulong? DataInode);
