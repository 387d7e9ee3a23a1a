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
    /// Steps: 1 nobody else's VMX names the disk; it opens with the recorded key (or is plain, as asked) · 2 if it lies in
    /// another folder of the datastore: its data file moved, then its descriptor, both under its lock · 3 opened again where it
    /// lies now, VMX with it. A crash in between leaves a disk that no VMX names, whole or in two
    /// folders; the same request goes on.
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

        if (path.Folder != registration.Folder)
            Move(edit, path, disk);
        else
            RequireNobodys(edit, edit.Home.Folder, disk.FileName, attach.Path);

        // Step 3
        using var folder = DiskFolder.Open(edit.Home.Path);
        using (Open(edit, folder, disk))
            edit.Rewrite(With(edit.Model.File, disk));
    }

    private void Move(VmEdit edit, DatastorePath path, VmDiskModel disk)
    {
        var flat = disk.Name + "-flat" + VmDiskModel.Ending;
        var sourcePath = Path.Combine(editor.Table.Datastores.PathOf(path.Datastore), path.Folder);
        using var source = OpenFolder(sourcePath, path);
        var (target, shown) = (edit.Home.Folder, $"[{path.Datastore}] {path.Folder}/{disk.FileName}");
        if (!source.Has(disk.FileName))
        {
            // Moved whole by an earlier attempt, or never there: step 3 tells.
            return;
        }

        // Step 1
        RequireNobodys(edit, source, disk.FileName, shown);
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
        }
        else if (target.Has(flat) && !target.Has(disk.FileName))
        {
            source.MoveTo(disk.FileName, target);
        }

        target.Sync();
        source.Sync();
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

    /// <summary>A file that another VM's VMX in the same folder names is that VM's, registered or not.</summary>
    private static void RequireNobodys(VmEdit edit, Folder folder, string fileName, string shown)
    {
        foreach (var vmx in folder.Names().Where(n => n.EndsWith(".vmx", StringComparison.Ordinal) && n[0] != '.'))
        {
            VmModel other;
            try
            {
                other = VmModel.From(VmxFile.Parse(folder.Read(vmx, VmxFile.MaximumBytes) ?? []));
            }
            catch (Exception e) when (e is FormatException or IOException)
            {
                continue;
            }

            if (other.Id != edit.Model.Id
                && other.Disks.Any(d => d.FileName.Equals(fileName, StringComparison.OrdinalIgnoreCase)))
            {
                throw Refuse.With(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking", shown,
                    $"{shown} is a disk of the VM {other.Name}: two VMs never share one.",
                    "Detach it there first, or clone that VM.");
            }
        }
    }
}
