using System.Globalization;
using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Jobs;
using Lorica.Disks.Storage;

namespace Lorica.Disks;

/// <summary>Growing.</summary>
public static partial class Vmdk
{
    /// <summary>
    /// Makes a disk larger; it never becomes smaller. Steps: 1 exclusive lock · 2 descriptor verified, no job under way; a data
    /// file that is longer holds nothing behind the end but what a resize that broke off had added, else it is refused, since
    /// then the descriptor is one from before the disk grew · 3 that part cut, the file lengthened, durable · 4
    /// descriptor with the new size, one generation up (so that the old one cannot come back unnoticed). A crash before step 4
    /// leaves the old descriptor and a data file that is too long, which is refused when the disk is opened: resize again, to any
    /// size that it may have, the same too.
    /// </summary>
    /// <exception cref="DiskException">The kinds of <see cref="Open"/>, and InvalidArgument, NoSpace.</exception>
    public static Task<DiskModel> ResizeAsync(
        DiskFolder folder, string name, long capacity, DiskExpectation? expectation, IKekSource keks, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(keks);
        DiskName.Check(name);
        if (capacity is <= 0 or > MaxCapacity || capacity % BlockRequest.SectorSize != 0)
        {
            throw new DiskException(
                DiskErrorKind.InvalidArgument, "The size of a disk is a positive multiple of 512 bytes, at most 64 TiB.", name);
        }

        return Task.Run(
            () =>
            {
                // Step 1
                using var held = DiskLock.TakeForOperation(folder, name);
                string path = folder.Store.FullName(DiskName.Descriptor(name));
                return Resize(folder.Store, name, path, capacity, expectation, keks, ct);
            },
            ct);
    }

    internal static DiskModel Resize(
        IDiskStore store, string name, string path, long capacity, DiskExpectation? expectation, IKekSource keks,
        CancellationToken ct)
    {
        // Step 2
        using var opened = SealedDescriptor.Open(DescriptorFile.Read(store, name), name, path, expectation, keks);
        var model = opened.Model;
        if (model.Transition is not null || model.Keys.Count > 1)
        {
            throw new DiskException(
                DiskErrorKind.TransitionUnderWay, $"The disk {path} is half way through a job; finish that first.", path);
        }

        if (capacity < model.Capacity)
        {
            throw new DiskException(
                DiskErrorKind.InvalidArgument,
                $"The disk {path} has {model.Capacity} bytes; a disk grows, it never becomes smaller.", path);
        }

        using var extent = store.Open(model.ExtentFile, writable: true);
        var stat = extent.Stat();
        if (stat.Links > 1)
        {
            throw new DiskException(DiskErrorKind.HasHardLinks,
                $"The data file of {path} has {stat.Links} names; changing it would change them all.", path);
        }

        if (stat.Length < model.Capacity)
        {
            throw new DiskException(DiskErrorKind.Malformed,
                $"The data file of {path} has {stat.Length} bytes, but the disk has {model.Capacity}.", path);
        }

        UnusedTail.Require(extent, stat.Length, model, opened.Contents, path, ct);

        // Step 3
        if (stat.Length > model.Capacity)
            extent.SetLength(model.Capacity);
        if (capacity == model.Capacity)
        {
            extent.Sync();
            return model;
        }

        try
        {
            extent.SetLength(capacity);
            if (model.Provisioning != Provisioning.Thin)
                extent.Reserve(model.Capacity, capacity - model.Capacity);
            if (model.Provisioning == Provisioning.EagerZeroed)
                WriteZeroes(extent, model.Capacity, capacity, opened.Contents?.Key, ct);
            extent.Sync();
        }
        catch
        {
            extent.SetLength(model.Capacity);
            throw;
        }

        // Step 4
        DescriptorFile.Replace(store, name, Sized(opened, name, capacity, keks));
        return OwnDescriptor.ToModel(Descriptor.Parse(DescriptorFile.Read(store, name), path), name, path);
    }

    private static byte[] Sized(SealedDescriptor opened, string name, long capacity, IKekSource keks)
    {
        long sectors = capacity / BlockRequest.SectorSize;
        var text = Descriptor.Of([.. opened.Text.Lines.Select(l =>
            l.Extent is { } extent
                ? new DescriptorLine(
                    $"RW {sectors} VMFS \"{DiskName.Flat(name)}\"", null, null, extent with { Sectors = sectors })
                : l.Key is "ddb.geometry.cylinders"
                    ? DescriptorLine.Ddb(l.Key, Math.Clamp(sectors / (255 * 63), 1, 65535).ToString(CultureInfo.InvariantCulture))
                    : l)]);
        if (opened.Contents is not { } old)
            return text.ToBytes();
        var key = opened.OpenedWith!.Value;

        // Borrows the data key: its owner disposes it.
        var contents = new BundleContents
        {
            ObjectId = old.ObjectId, Generation = old.Generation + 1, Zero = old.Zero, Key = old.Key,
        };
        return (EncryptionLines.Of(opened.Model) with { Bundle = Bundle.Seal(BundleKind.Disk, key, keks.Find(key)!, contents) })
            .Apply(text, opened.SealKey);
    }
}
