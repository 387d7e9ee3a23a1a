using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Creation;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Editing;

/// <summary>Disks that are there already.</summary>
internal sealed partial class DiskEditor
{
    /// <summary>
    /// Steps: 1 its name is no other's, and no other VMX names it · 2 its locks, where it lies and where it is to lie, held to
    /// the end; asked again whether another VMX names it, since one may have come to while the lock was free; it opens with the
    /// recorded key (or is plain, as asked) · 3 if it lies in another folder of the datastore: noted which files it has, then its
    /// data file moved, then its descriptor · 4 opened where it lies now, VMX with it. A refusal in step 4 moves back what this
    /// call moved. A crash in between leaves a disk that no VMX names, whole or in two folders; the same request goes on with
    /// those very files.
    /// </summary>
    private async Task AttachAsync(VmEdit edit, AttachDisk attach)
    {
        await Task.Yield();
        var id = IdOf(attach.ObjectId);
        if (edit.Model.Disks.Any(d => d.ObjectId == id))
            return;
        RequirePlace(edit, attach.Label);
        var registration = edit.Home.Registration;
        var path = DatastorePath.Parse(attach.Path, VmDiskModel.Ending);
        if (path.Datastore != registration.Datastore)
        {
            throw Refuse.With(FaultTypes.NotSupported, "lorica.otherDatastore", attach.Path,
                $"{attach.Path} is on another datastore than {edit.About}.", "Relocate the VM, or copy the disk.");
        }

        if (attach.Encrypted)
            RequireHome(edit, attach.Path);
        var disk = new VmDiskModel(attach.Label, path.File + VmDiskModel.Ending, id, attach.Encrypted);
        if (edit.Model.Disks.Any(d => d.FileName.Equals(disk.FileName, StringComparison.OrdinalIgnoreCase)))
        {
            throw Refuse.With(
                FaultTypes.AlreadyExists, "lorica.fileExists", attach.Path, $"{edit.About} has a disk of that file name.",
                "Rename the file.");
        }

        // Step 1
        RequireNewName(disk, attach.Path);
        using var source = path.Folder == registration.Folder ? null : OpenSource(edit, path);
        RequireNobodys(edit, source, disk, attach.Path);
        editor.AfterStep?.Invoke("1 asked");

        // Step 2
        using var target = edit.Home.OpenDisks();
        using var held = DiskLock.TakeExclusive(target, disk.Name);
        try
        {
            if (source is null)
                Name(edit, target, held, disk, null, attach.Path);
            else
                MoveIn(edit, source, target, held, disk, attach.Path);
        }
        finally
        {
            VmEraser.DropLock(edit.Home.Folder, disk.Name);
        }
    }

    // Step 4
    private static void Name(
        VmEdit edit, DiskFolder folder, DiskLock held, VmDiskModel disk, Folder? source, string shown)
    {
        using var opened = Open(edit, folder, held, disk);
        RequireNobodys(edit, source, disk, shown);
        edit.Rewrite(With(edit.Model.File, disk));
    }

    private static void RequireNobodys(VmEdit edit, Folder? source, VmDiskModel disk, string shown)
    {
        if (source is not null)
            VmFiles.RequireNobodys(source, ownVmx: "", disk.FileName, shown);
        VmFiles.RequireNobodys(edit.Home.Folder, edit.Home.Registration.VmxName, disk.FileName, shown);
    }

    /// <summary>
    /// A disk called as a VMX file would have the lock file of the VM of that name: neither could be used beside the other.
    /// </summary>
    private static void RequireNewName(VmDiskModel disk, string shown)
    {
        if (!VmFiles.IsNewDiskName(disk.Name))
        {
            throw Refuse.With(FaultTypes.InvalidArgument, "lorica.diskName", shown,
                $"The disk {shown} is called as a VMX file or as another disk's data file: its files would be another's too.",
                "Clone the VM that has it: the disks of a clone get names of their own.");
        }
    }

    private static OpenedDisk Open(VmEdit edit, DiskFolder folder, DiskLock held, VmDiskModel disk)
    {
        try
        {
            return Vmdk.OpenLocked(folder, disk.Name, edit.Expectations.OfDisk(edit.Model, disk), edit.Keys, held);
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.KeyNotFound)
        {
            throw Refuse.KeysMissing(edit.About,
                $"The disk {edit.Home.Registration.DisplayOf(disk.FileName)} is encrypted and a required key was not found.",
                Vmdk.ReadModel(folder, disk.Name).Keys.Take(1));
        }
    }

    private Folder OpenSource(VmEdit edit, DatastorePath path)
    {
        try
        {
            var source = Folder.Open(Path.Combine(editor.Table.Datastores.PathOf(path.Datastore), path.Folder));
            source.Right = edit.Home.Folder.Right;
            return source;
        }
        catch (IOException e)
        {
            throw Refuse.With(FaultTypes.NotFound, "lorica.fileNotFound", $"[{path.Datastore}] {path.Folder}",
                $"The folder [{path.Datastore}] {path.Folder} cannot be opened: {e.Message}", "See that the path is right.", e);
        }
    }
}
