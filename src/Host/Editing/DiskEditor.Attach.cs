using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Editing;

/// <summary>Disks that are there already.</summary>
internal sealed partial class DiskEditor
{
    /// <summary>
    /// Steps: 1 its files have names that are no other's, and nobody else's VMX names the disk; it opens with the recorded key
    /// (or is plain, as asked) · 2 if it lies in another folder of the datastore: its data file moved, then its descriptor,
    /// both under its lock · 3 opened again where it lies now, VMX with it. A refusal in step 3 moves it back. A crash in
    /// between leaves a disk that no VMX names, whole or in two folders; the same request goes on.
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
            throw Refuse.With(
                FaultTypes.AlreadyExists, "lorica.fileExists", attach.Path, $"{edit.About} has a disk of that file name.",
                "Rename the file.");

        RequireNewName(disk, attach.Path);
        VmFiles.RequireNobodys(edit.Home.Folder, registration.VmxName, disk.FileName, attach.Path);
        var moved = path.Folder != registration.Folder && Move(edit, path, disk);

        // Step 3
        try
        {
            using var folder = DiskFolder.Open(edit.Home.Path);
            using (Open(edit, folder, disk))
                edit.Rewrite(With(edit.Model.File, disk));
        }
        catch when (moved)
        {
            MoveBack(edit, path, disk);
            throw;
        }
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

    /// <returns>Whether this very call moved the disk.</returns>
    private bool Move(VmEdit edit, DatastorePath path, VmDiskModel disk)
    {
        var flat = VmFiles.Data(disk.Name);
        var sourcePath = Path.Combine(editor.Table.Datastores.PathOf(path.Datastore), path.Folder);
        using var source = OpenFolder(sourcePath, path);
        var (target, shown) = (edit.Home.Folder, $"[{path.Datastore}] {path.Folder}/{disk.FileName}");
        if (!source.Has(disk.FileName))
        {
            // Moved whole by an earlier attempt, or never there: step 3 tells.
            return false;
        }

        // Step 1
        VmFiles.RequireNobodys(source, ownVmx: "", disk.FileName, shown);
        using var folder = DiskFolder.Open(sourcePath);
        if (source.Has(flat))
        {
            if (target.Has(disk.FileName) || target.Has(flat))
            {
                throw Refuse.With(FaultTypes.AlreadyExists, "lorica.fileExists", edit.Home.Registration.DisplayOf(disk.FileName),
                    $"The folder of {edit.About} has a file {disk.FileName} already.", "Rename the disk's files.");
            }

            // Step 2
            using var opened = Open(edit, folder, disk);
            source.MoveTo(flat, target);
            source.MoveTo(disk.FileName, target);

            // Nothing that this lock is for is there any more.
            source.Delete(VmFiles.DiskLockOf(disk.Name));
        }
        else if (target.Has(flat) && !target.Has(disk.FileName))
        {
            source.MoveTo(disk.FileName, target);
        }
        else
        {
            // A descriptor alone, or one in each folder: step 3 tells.
            return false;
        }

        target.Sync();
        source.Sync();
        return true;
    }

    /// <summary>
    /// After a refusal in step 3: the disk lies again where it lay, so that what is wrong can be put right and the same be asked
    /// for once more. Where that fails too, the same request goes on with the disk where it is.
    /// </summary>
    private void MoveBack(VmEdit edit, DatastorePath path, VmDiskModel disk)
    {
        var target = edit.Home.Folder;
        try
        {
            // The VMX may have come into place, durable or not.
            if (edit.Home.ReadModel().Disks.Any(d => d.FileName == disk.FileName))
                return;
            using var source = Folder.Open(Path.Combine(editor.Table.Datastores.PathOf(path.Datastore), path.Folder));
            target.MoveTo(disk.FileName, source);
            target.MoveTo(VmFiles.Data(disk.Name), source);
            source.Sync();
            target.Sync();
        }
        catch (Exception e) when (e is IOException or FaultException)
        {
            // The refusal that brought this about says more.
        }
    }

    private static OpenedDisk Open(VmEdit edit, DiskFolder folder, VmDiskModel disk)
    {
        try
        {
            return Vmdk.Open(folder, disk.Name, edit.Expectations.OfDisk(edit.Model, disk), edit.Keys);
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.KeyNotFound)
        {
            throw Refuse.KeysMissing(edit.About,
                $"The disk {edit.Home.Registration.DisplayOf(disk.FileName)} is encrypted and a required key was not found.",
                Vmdk.ReadModel(folder, disk.Name).Keys.Take(1));
        }
    }

    private static Folder OpenFolder(string path, DatastorePath shown)
    {
        try
        {
            return Folder.Open(path);
        }
        catch (IOException e)
        {
            throw Refuse.With(FaultTypes.NotFound, "lorica.fileNotFound", $"[{shown.Datastore}] {shown.Folder}",
                $"The folder [{shown.Datastore}] {shown.Folder} cannot be opened: {e.Message}", "See that the path is right.", e);
        }
    }
}
