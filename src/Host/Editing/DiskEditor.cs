using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Creation;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Editing;

/// <summary>
/// Changes which disks a powered-off VM has. The VMX is the commit point of each change: before it is durable the disk is not the
/// VM's, after it, it is. Each change is safe to ask for again: what stands in the VMX already is not done twice.
/// </summary>
internal sealed partial class DiskEditor(VmEditor editor)
{
    /// <summary>Does what the request says.</summary>
    public Task ChangeAsync(ChangeDiskRequest request, CancellationToken ct) =>
        editor.EditAsync(request.VmId, request.Epoch, request.Records, whileRunning: false, edit => request.ChangeCase switch
        {
            ChangeDiskRequest.ChangeOneofCase.Add => AddAsync(edit, request.Add, ct),
            ChangeDiskRequest.ChangeOneofCase.Attach => AttachAsync(edit, request.Attach),
            ChangeDiskRequest.ChangeOneofCase.Detach => DetachAsync(edit, request.Detach),
            ChangeDiskRequest.ChangeOneofCase.Resize => ResizeAsync(edit, request.Resize, ct),
            _ => throw Refuse.Argument("change", "The request says no change of a disk."),
        }, ct);

    private static VmxFile With(VmxFile lines, VmDiskModel disk) => lines
        .With(VmxKeys.DiskFile(disk.Label), disk.FileName)
        .With(VmxKeys.DiskObject(disk.Label), disk.ObjectId.ToString())
        .With(VmxKeys.DiskEncrypted(disk.Label), disk.Encrypted ? "TRUE" : "FALSE");

    private static VmxFile Without(VmxFile lines, string label) => lines
        .Without(VmxKeys.DiskFile(label)).Without(VmxKeys.DiskObject(label)).Without(VmxKeys.DiskEncrypted(label));

    private static VmDiskModel Require(VmEdit edit, string label) => edit.Model.Disk(label) ?? throw Refuse.With(
        FaultTypes.NotFound, "lorica.diskNotFound", label, $"{edit.About} has no disk {label}.", "See `lorica vm show`.");

    private static Guid IdOf(string text) => Guid.TryParseExact(text, "D", out var id) && id != Guid.Empty
        ? id
        : throw Refuse.Argument("object_id", $"'{text}' is no id of a disk.");

    private static void RequirePlace(VmEdit edit, string label)
    {
        if (!DiskLabel.IsValid(label))
            throw Refuse.Argument("label", $"'{label}' is no label of a disk.", "Use virtio0:0, virtio0:1, …");
        if (edit.Model.Disk(label) is not null)
        {
            throw Refuse.With(FaultTypes.AlreadyExists, "lorica.diskExists", label, $"{edit.About} has a disk {label} already.",
                "Use another label.");
        }

        if (edit.Model.Disks.Count >= VmModel.MaximumDisks)
            throw Refuse.Argument("disks", $"{edit.About} has {VmModel.MaximumDisks} disks; that is the most.");
    }

    private static void RequireHome(VmEdit edit, string disk)
    {
        if (!edit.Model.Encrypted)
        {
            throw Refuse.Config("msg.hostd.configSpec.enc.mismatch", disk,
                $"The disk {disk} is encrypted, but the home of {edit.About} is not.", "Encrypt the VM's home first.");
        }
    }

    private async Task ResizeAsync(VmEdit edit, ResizeDisk resize, CancellationToken ct)
    {
        var disk = Require(edit, resize.Label);
        using var folder = edit.Home.OpenDisks();
        var model = Vmdk.ReadModel(folder, disk.Name);
        if (model.Provisioning != Provisioning.Thin)
        {
            editor.Table.Datastores.RequireFree(
                edit.Home.Registration.Datastore, resize.Capacity - model.Capacity + Contracts.Vmx.SpaceLimits.CopyReserve);
        }

        await Vmdk.ResizeAsync(folder, disk.Name, resize.Capacity, edit.Expectations.OfDisk(edit.Model, disk), edit.Keys, ct);
    }

    /// <summary>
    /// Needs no key but the home's. Steps: 1 (remove) the disk's lock, held to the end; noted which files it has · 2 VMX without
    /// the disk · 3 (remove) its files, descriptor first, lock file last. A crash between leaves files that no VMX names; the
    /// same request removes those of them that are still the noted ones, or whose descriptor has the encrypted disk's id. What
    /// else has the name by then is somebody's, and stays.
    /// </summary>
    private async Task DetachAsync(VmEdit edit, DetachDisk detach)
    {
        var id = IdOf(detach.ObjectId);
        var disk = edit.Model.Disks.FirstOrDefault(d => d.ObjectId == id);
        if (disk is not null && disk.Label != detach.Label)
            throw Refuse.Argument("label", $"The disk {id} of {edit.About} is {disk.Label}, not {detach.Label}.");
        if (!detach.Remove)
        {
            if (disk is not null)
                edit.Rewrite(Without(edit.Model.File, disk.Label));
            return;
        }

        var (path, registration) = (DatastorePath.Parse(detach.Path, VmDiskModel.Ending), edit.Home.Registration);
        if ((path.Datastore, path.Folder) != (registration.Datastore, registration.Folder)
            || (disk is null ? edit.Model.Disks.Any(d => d.Name == path.File) : disk.Name != path.File))
        {
            throw NotDetached(detach.Path);
        }

        void RequireNobodys() =>
            VmFiles.RequireNobodys(edit.Home.Folder, registration.VmxName, path.File + VmDiskModel.Ending, detach.Path);

        // Step 1
        RequireNobodys();
        using var folder = edit.Home.OpenDisks();
        using var held = DiskLock.TakeExclusive(folder, path.File);
        RequireNobodys();
        var found = DiskIdentity.Read(id, edit.Home.Folder, path.File);
        if (disk is null)
        {
            if (!found.IsNothing() && !found.IsRestOf(editor.Table.Registry.NotedDiskOf(registration.Id, path.File))
                && !IsOf(folder, path.File, id))
            {
                throw NotKnown(detach.Path);
            }
        }
        else
        {
            editor.Table.Registry.RememberDisk(registration.Id, found);

            // Step 2
            edit.Rewrite(Without(edit.Model.File, disk.Label));
            editor.AfterStep?.Invoke("2 detached");
        }

        // Step 3: what is begun goes on, whether the caller waits for it or not.
        await VmEraser.EraseDiskAsync(folder, edit.Home.Folder, path.File, held, CancellationToken.None);
        editor.Table.Registry.ForgetDisk(registration.Id, path.File);
    }

    private static bool IsOf(DiskFolder folder, string name, Guid id)
    {
        try
        {
            return Vmdk.ReadModel(folder, name).ObjectId == id;
        }
        catch (DiskException)
        {
            return false;
        }
    }

    private static FaultException NotDetached(string path) =>
        Refuse.Argument("path", $"{path} is not the file of the disk that was detached.", "See which disks are there.");

    private static FaultException NotKnown(string path) => Refuse.With(
        FaultTypes.InvalidState, "lorica.diskNotKnown", path,
        $"The disk was detached, but nothing tells whether {path} is still its file: it stays.",
        "See what the file is. If nobody needs it, remove it by hand.");
}
