using Lorica.Disks.Descriptors;
using Lorica.Disks.Storage;

namespace Lorica.Disks;

/// <summary>Verifying without using.</summary>
public static partial class Vmdk
{
    /// <summary>
    /// Verifies a descriptor as <see cref="Open"/> does, but takes no lock and does not open the data: for describing a disk that
    /// may be in use or half way through a job. Returns the bundle's generation, 0 for a plain disk.
    /// </summary>
    /// <exception cref="DiskException">The kinds of <see cref="Open"/> less InUse, TransitionUnderWay and
    /// HasHardLinks.</exception>
    public static long Verify(DiskFolder folder, string name, DiskExpectation? expectation, IKekSource keks)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(keks);
        DiskName.Check(name);
        string path = folder.Store.FullName(DiskName.Descriptor(name));
        using var descriptor = SealedDescriptor.Open(DescriptorFile.Read(folder.Store, name), name, path, expectation, keks);
        return descriptor.Contents?.Generation ?? 0;
    }
}
