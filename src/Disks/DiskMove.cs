using Lorica.Disks.Descriptors;
using Lorica.Disks.Storage;

namespace Lorica.Disks;

/// <summary>
/// Copies a disk's files as they are, for moving it to another folder: ciphertext stays ciphertext, no key is needed and the
/// descriptor keeps its seal. Holes and, on thin disks, blocks of zeros take no space in the copy; other disks take all their
/// space first. Whoever copies must remove one of the two: they have one data key.
/// </summary>
public static class DiskMove
{
    private const int ChunkBytes = 1024 * 1024;
    private const int BlockBytes = 4096;

    /// <summary>
    /// Copies. Order: lock of the source · data file, durable · descriptor, durable. A crash before the last step leaves no disk
    /// but perhaps a stray data file.
    /// </summary>
    /// <exception cref="DiskException">InUse, NotFound, Malformed, HasHardLinks, TransitionUnderWay, AlreadyExists, NoSpace,
    /// Io.</exception>
    public static Task CopyAsync(
        DiskFolder from, string name, DiskFolder to, IProgress<DiskProgress>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        DiskName.Check(name);
        return Task.Run(
            () =>
            {
                using var held = DiskLock.TakeForOperation(from, name);
                Copy(from.Store, name, from.Store.FullName(DiskName.Descriptor(name)), to.Store, progress, ct);
            },
            ct);
    }

    internal static void Copy(
        IDiskStore from, string name, string path, IDiskStore to, IProgress<DiskProgress>? progress, CancellationToken ct)
    {
        byte[] descriptor = DescriptorFile.Read(from, name);
        var model = OwnDescriptor.ToModel(Descriptor.Parse(descriptor, path), name, path);
        if (model.Transition is { } transition)
        {
            throw new DiskException(DiskErrorKind.TransitionUnderWay,
                $"The disk {path} is half way through {transition.Kind.Word()}; finish that first.", path);
        }

        if (to.Exists(DiskName.Descriptor(name)))
            throw new DiskException(DiskErrorKind.AlreadyExists, $"A disk {name} is there already.", name);
        using var source = from.Open(model.ExtentFile, writable: false);
        Vmdk.CheckExtent(source.Stat(), model, path);
        var target = to.CreateNew(model.ExtentFile);
        try
        {
            using (target)
            {
                target.SetLength(model.Capacity);
                if (model.Provisioning != Provisioning.Thin)
                    target.Reserve(0, model.Capacity);
                CopyData(source, target, model.Capacity, progress, ct);
                target.Sync();
            }

            DescriptorFile.Replace(to, name, descriptor);
        }
        catch
        {
            to.Remove(model.ExtentFile);
            throw;
        }
    }

    private static void CopyData(
        IStoredFile source, IStoredFile target, long capacity, IProgress<DiskProgress>? progress, CancellationToken ct)
    {
        byte[] buffer = new byte[ChunkBytes];
        for (long at = 0; at < capacity;)
        {
            var range = source.RangeAt(at, capacity);
            while (range.HoldsData && at < range.End)
            {
                ct.ThrowIfCancellationRequested();
                var chunk = buffer.AsSpan(0, (int)Math.Min(ChunkBytes, range.End - at));
                source.Read(at, chunk);
                WriteData(target, at, chunk);
                at += chunk.Length;
                progress?.Report(new DiskProgress(at, capacity));
            }

            at = range.End;
            progress?.Report(new DiskProgress(at, capacity));
        }
    }

    /// <summary>The target reads as zeros: blocks of zeros are left out.</summary>
    private static void WriteData(IStoredFile target, long offset, ReadOnlySpan<byte> chunk)
    {
        for (int at = 0; at < chunk.Length;)
        {
            int start = at;
            while (at < chunk.Length && chunk.Slice(at, Math.Min(BlockBytes, chunk.Length - at)).ContainsAnyExcept((byte)0))
                at = Math.Min(at + BlockBytes, chunk.Length);
            if (at > start)
                target.Write(offset + start, chunk[start..at]);
            else
                at = Math.Min(at + BlockBytes, chunk.Length);
        }
    }
}
