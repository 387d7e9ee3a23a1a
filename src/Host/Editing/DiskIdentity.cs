using System.Security.Cryptography;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Registry;

namespace Lorica.Host.Editing;

/// <summary>Knows a disk's files again after a crash, by <see cref="NotedDisk"/>.</summary>
internal static class DiskIdentity
{
    // Far above any descriptor of ours.
    private const int MaximumDescriptor = 1024 * 1024;

    /// <summary>The files of a disk as they are now; the caller has its lock.</summary>
    public static NotedDisk Read(Guid id, Folder folder, string name) => Read(id, folder, folder, name);

    /// <summary>The same of a disk whose data file has been moved already, and whose descriptor has not.</summary>
    public static NotedDisk Read(Guid id, Folder descriptors, Folder data, string name)
    {
        string descriptor = VmFiles.Descriptor(name);
        ulong? inode = descriptors.InodeOf(descriptor);
        return new NotedDisk(
            id, name, inode is null ? null : HashOf(descriptors, descriptor), inode, data.InodeOf(VmFiles.Data(name)));
    }

    /// <summary>Whether each file that is there now is the one that was noted; some may be gone.</summary>
    public static bool IsRestOf(this NotedDisk now, NotedDisk? noted) =>
        noted is not null && (now.ObjectId, now.Name) == (noted.ObjectId, noted.Name)
        && (now.DescriptorInode is null || (now.DescriptorInode, now.Descriptor) == (noted.DescriptorInode, noted.Descriptor))
        && (now.DataInode is null || now.DataInode == noted.DataInode);

    /// <summary>
    /// Whether the files of a name are those that were noted, whole. Which disk they are tells an encrypted one itself; a plain
    /// one is whatever is asked for by this name.
    /// </summary>
    public static bool AreThose(this NotedDisk now, NotedDisk? noted) =>
        noted is not null && now with { ObjectId = noted.ObjectId } == noted;

    /// <summary>Whether none of a disk's files is there.</summary>
    public static bool IsNothing(this NotedDisk now) => now is { DescriptorInode: null, DataInode: null };

    private static string HashOf(Folder folder, string file)
    {
        try
        {
            return folder.Read(file, MaximumDescriptor) is { } bytes ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : "";
        }
        catch (IOException)
        {
            // No ordinary descriptor: its number tells it.
            return "";
        }
    }
}
