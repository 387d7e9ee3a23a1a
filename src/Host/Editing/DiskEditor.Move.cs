using Lorica.Contracts.Faults;
using Lorica.Disks;
using Lorica.Host.Creation;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Refusals;

namespace Lorica.Host.Editing;

/// <summary>Moving a disk that is attached into the VM's folder, and back.</summary>
internal sealed partial class DiskEditor
{
    /// <summary>
    /// Steps 2 to 4 of <see cref="AttachAsync"/> for a disk in another folder. The caller has its lock in the VM's.
    /// </summary>
    private void MoveIn(VmEdit edit, Folder source, DiskFolder target, DiskLock held, VmDiskModel disk, string shown)
    {
        using var folder = DiskFolder.Open(source.Path, source.Right);
        using var sourceHeld = DiskLock.TakeExclusive(folder, disk.Name);
        List<string> moved = [];
        try
        {
            RequireNobodys(edit, source, disk, shown);
            Move(edit, source, disk, moved, shown, () => Open(edit, folder, sourceHeld, disk).Dispose());
            Name(edit, target, held, disk, source, shown);
            editor.Table.Registry.ForgetDisk(edit.Home.Registration.Id, disk.Name);
        }
        catch when (moved.Count > 0)
        {
            MoveBack(edit, source, disk, moved);
            throw;
        }
        finally
        {
            VmEraser.DropLock(source, disk.Name);
        }
    }

    // Step 3. What was moved is told one by one.
    private void Move(VmEdit edit, Folder source, VmDiskModel disk, List<string> moved, string shown, Action verify)
    {
        var (target, registry) = (edit.Home.Folder, editor.Table.Registry);
        var (id, flat) = (edit.Home.Registration.Id, VmFiles.Data(disk.Name));
        var noted = registry.NotedDiskOf(id, disk.Name);
        bool Cut() => DiskIdentity.Read(disk.ObjectId, source, target, disk.Name).AreThose(noted);
        bool Whole() => disk.Encrypted || DiskIdentity.Read(disk.ObjectId, target, disk.Name).AreThose(noted);
        switch (source.Has(disk.FileName), source.Has(flat), target.Has(disk.FileName), target.Has(flat))
        {
            case (true, true, false, false):
                verify();
                registry.RememberDisk(id, DiskIdentity.Read(disk.ObjectId, source, disk.Name));
                MoveOne(flat);
                editor.AfterStep?.Invoke("3 data moved");
                MoveOne(disk.FileName);
                break;
            case (true, true, _, _):
                throw Refuse.With(FaultTypes.AlreadyExists, "lorica.fileExists", edit.Home.Registration.DisplayOf(disk.FileName),
                    $"The folder of {edit.About} has a file {disk.FileName} already.", "Rename the disk's files.");
            case (true, false, false, true) when Cut():
                // An earlier attempt was cut between the two.
                MoveOne(disk.FileName);
                break;
            case (false, false, true, true) when Whole():
                // An earlier attempt moved it whole. An encrypted disk tells in step 4 which one it is.
                break;
            case (true, false, false, true):
                throw Refuse.With(FaultTypes.InvalidState, "lorica.diskNotKnown", shown,
                    $"The data file of {shown} is not beside it. {edit.Home.Registration.DisplayOf(flat)} may be that, left by "
                        + "an attachment that broke off, but nothing tells.",
                    "See what it is. If it is that, move it back beside its descriptor, then attach the disk again.");
            case (true, false, _, _):
                // Says what is wrong with a descriptor alone.
                verify();
                throw NotThere(edit, disk, shown);
            default:
                throw NotThere(edit, disk, shown);
        }

        void MoveOne(string file)
        {
            source.MoveTo(file, target);
            moved.Add(file);
            target.Sync();
            source.Sync();
        }
    }

    /// <summary>
    /// After a refusal in step 4: the disk lies again where it lay, so that what is wrong can be put right and the same be asked
    /// for once more. Where that fails too, the same request goes on with the disk where it is. Both locks are held.
    /// </summary>
    private static void MoveBack(VmEdit edit, Folder source, VmDiskModel disk, List<string> moved)
    {
        var target = edit.Home.Folder;
        try
        {
            // The VMX may have come into place, durable or not.
            if (edit.Home.ReadModel().Disks.Any(d => d.FileName == disk.FileName))
                return;
            foreach (string file in Enumerable.Reverse(moved))
                target.MoveTo(file, source);
            source.Sync();
            target.Sync();
        }
        catch (Exception e) when (e is IOException or FaultException)
        {
            // The refusal that brought this about says more.
        }
    }

    private static FaultException NotThere(VmEdit edit, VmDiskModel disk, string shown) => Refuse.With(
        FaultTypes.NotFound, "lorica.fileNotFound", shown, $"There is no whole disk {shown}.",
        edit.Home.Folder.Has(disk.FileName)
            ? $"A disk of that name lies in the folder of {edit.About}, which nothing tells to be the same. "
                + $"To attach that one, name {edit.Home.Registration.DisplayOf(disk.FileName)}."
            : "See that the path is right.");
}
