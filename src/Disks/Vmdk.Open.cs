using Lorica.Disks.Descriptors;
using Lorica.Disks.Jobs;
using Lorica.Disks.Native;
using Lorica.Disks.Storage;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>Opening for use.</summary>
public static partial class Vmdk
{
    /// <summary>
    /// Locks a disk, verifies everything against <paramref name="expectation"/> and opens its bundle and its data file.
    /// Steps: 1 exclusive lock · 2 descriptor read once · 3 verified (see the kinds) · 4 no job under way · 5 data file.
    /// On any exception nothing was changed and nothing stays locked.
    /// </summary>
    /// <exception cref="DiskException">
    /// InUse, NotFound, Malformed, WeakerThanRecorded, DiffersFromRecord, ForeignBundle, WrongKey, KeyNotFound, BundleEdited,
    /// OlderThanKnown, SealBroken, TransitionUnderWay, HasHardLinks, EscapesFolder, Io.
    /// </exception>
    public static OpenedDisk Open(DiskFolder folder, string name, DiskExpectation? expectation, IKekSource keks)
    {
        ArgumentNullException.ThrowIfNull(folder);

        // Step 1
        var held = DiskLock.TakeExclusive(folder, name);
        try
        {
            return OpenUnder(folder, name, expectation, keks, held, ownsLock: true);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The same under the disk's exclusive lock, which the caller has and keeps.</summary>
    /// <exception cref="DiskException">The same but InUse.</exception>
    public static OpenedDisk OpenLocked(
        DiskFolder folder, string name, DiskExpectation? expectation, IKekSource keks, DiskLock held) =>
        OpenUnder(folder, name, expectation, keks, held, ownsLock: false);

    private static OpenedDisk OpenUnder(
        DiskFolder folder, string name, DiskExpectation? expectation, IKekSource keks, DiskLock held, bool ownsLock)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(keks);
        ArgumentNullException.ThrowIfNull(held);
        DiskName.Check(name);
        string path = folder.Store.FullName(DiskName.Descriptor(name));
        SealedDescriptor? descriptor = null;
        SafeFileHandle? extent = null, sync = null;
        try
        {
            // Steps 2 and 3
            descriptor = SealedDescriptor.Open(DescriptorFile.Read(folder.Store, name), name, path, expectation, keks);

            // Step 4
            if (descriptor.Model.Transition is { } transition)
            {
                throw new DiskException(
                    DiskErrorKind.TransitionUnderWay,
                    $"The disk {path} is half way through {transition.Kind.Word()}; finish that first.",
                    path);
            }

            if (!descriptor.Model.Encrypted)
                PlainDisk.RequireUntouched(folder.Store, name, path);
            ConversionJournalFile.RemoveStray(folder.Store, name);

            // Step 5
            extent = folder.Store.OpenHandle(descriptor.Model.ExtentFile, writable: true);
            CheckExtent(LinuxFile.Stat(extent, path), descriptor.Model, folder.Store.FullName(descriptor.Model.ExtentFile));
            sync = LinuxFile.OpenAgain(extent, path);
            return new OpenedDisk(new OpenedLink(descriptor, extent, sync, held, ownsLock, path, folder.Store.Right));
        }
        catch
        {
            sync?.Dispose();
            extent?.Dispose();
            descriptor?.Dispose();
            throw;
        }
    }

    /// <summary>The data file has exactly the disk's size and no second name.</summary>
    internal static void CheckExtent(FileStat stat, DiskModel model, string path)
    {
        if (stat.Links > 1)
        {
            throw new DiskException(
                DiskErrorKind.HasHardLinks,
                $"The data file {path} has {stat.Links} names; changing it would change them all.", path);
        }

        if (stat.Length != model.Capacity)
        {
            throw new DiskException(
                DiskErrorKind.Malformed,
                $"The data file {path} has {stat.Length} bytes, but the disk has {model.Capacity}.", path)
            {
                WayOut = "Put back the descriptor and the data file that belong together."
                    + (stat.Length > model.Capacity ? " If a resize of the disk was broken off, resize it once more." : ""),
            };
        }
    }
}
