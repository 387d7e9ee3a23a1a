using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>
/// A verified disk, ready for use. Owns its links: the locks (unless it was opened under one of the caller's), the data files and
/// the keys; all end with <see cref="Dispose"/>. To hand a disk to another process, pass each link.
/// </summary>
public sealed class OpenedDisk : IDisposable
{
    internal OpenedDisk(OpenedLink link) => Links = [link];

    /// <summary>
    /// What the disk is made of, each with a data key of its own: first the link that takes the writes, each over the next one,
    /// which answers what is <see cref="RangeState.Absent"/> above it. A disk has one.
    /// </summary>
    public IReadOnlyList<OpenedLink> Links { get; }

    /// <summary>What the descriptor of the link that takes the writes says, verified; size and identity are the disk's.</summary>
    public DiskModel Model => Links[0].Model;

    /// <summary>Generation of that link's bundle; 0 for a plain disk.</summary>
    public long Generation => Links[0].Generation;

    /// <summary>The KEK that opened that link; null for a plain disk.</summary>
    public KeyId? OpenedWith => Links[0].OpenedWith;

    /// <summary>
    /// The virtual disk in plain text, as long as the right of its folder is valid. Dispose it before this object; several may be
    /// open at once and see the same data.
    /// </summary>
    public IBlockDevice OpenDevice() => Links.Single().OpenDevice();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var link in Links)
            link.Dispose();
    }
}
