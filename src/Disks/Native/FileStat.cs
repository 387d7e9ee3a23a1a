namespace Lorica.Disks.Native;

/// <summary>What is needed of <c>statx</c>.</summary>
/// <param name="IsRegular">An ordinary file.</param>
/// <param name="IsDirectory">A folder.</param>
/// <param name="Links">Number of names.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="AllocatedBytes">Space taken.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Device">Device number, major and minor joined.</param>
/// <param name="IsBlockDevice">A block device; its <paramref name="Length"/> is 0.</param>
internal readonly record struct FileStat(
    bool IsRegular, bool IsDirectory, uint Links, long Length, long AllocatedBytes, ulong Inode, ulong Device,
    bool IsBlockDevice = false);
