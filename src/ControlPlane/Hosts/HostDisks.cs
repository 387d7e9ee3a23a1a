using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Disks of a host's VMs; changed while the VM is off, idempotent by the disk's object id.</summary>
public sealed class HostDisks
{
    private readonly HostCaller _host;

    internal HostDisks(HostCaller host) => _host = host;

    /// <summary>What the files of a disk at a path say; nothing is verified, locked or changed.</summary>
    public async Task<VmDisk> InspectAsync(string path, CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Files, (c, o) => c.InspectDiskAsync(new InspectDiskRequest { Path = path }, o), ct)).ToModel();

    /// <summary>Makes an empty disk.</summary>
    public Task<VmFiles> AddAsync(VmEdit edit, NewDiskSpec disk, CancellationToken ct) =>
        ChangeAsync(edit, new ChangeDiskRequest { Add = disk.ToMessage() }, ct);

    /// <summary>Gives the VM a disk that is there; one in another folder of the datastore is moved into the VM's.</summary>
    /// <param name="edit">The VM, with the disk's record when it is encrypted.</param>
    /// <param name="label">Where it is attached.</param>
    /// <param name="path"><c>[datastore1] folder/file.vmdk</c>.</param>
    /// <param name="objectId">Its identity from now on.</param>
    /// <param name="encrypted">Whether it is to be encrypted: the host refuses what is otherwise.</param>
    /// <param name="ct">Gives up.</param>
    public Task<VmFiles> AttachAsync(
        VmEdit edit, string label, string path, string objectId, bool encrypted, CancellationToken ct) => ChangeAsync(
        edit,
        new ChangeDiskRequest
        {
            Attach = new AttachDisk { Label = label, Path = path, ObjectId = objectId, Encrypted = encrypted },
        },
        ct);

    /// <summary>Takes a disk away; needs no key of the disk.</summary>
    /// <param name="edit">The VM.</param>
    /// <param name="label">Where it is attached.</param>
    /// <param name="objectId">Its identity.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="remove">Its files go, too.</param>
    /// <param name="ct">Gives up.</param>
    public Task<VmFiles> DetachAsync(
        VmEdit edit, string label, string objectId, string path, bool remove, CancellationToken ct) => ChangeAsync(
        edit,
        new ChangeDiskRequest
        {
            Detach = new DetachDisk { Label = label, ObjectId = objectId, Path = path, Remove = remove },
        },
        ct);

    /// <summary>Makes a disk larger.</summary>
    public Task<VmFiles> ResizeAsync(VmEdit edit, string label, long capacity, CancellationToken ct) =>
        ChangeAsync(edit, new ChangeDiskRequest { Resize = new ResizeDisk { Label = label, Capacity = capacity } }, ct);

    private async Task<VmFiles> ChangeAsync(VmEdit edit, ChangeDiskRequest request, CancellationToken ct)
    {
        (request.VmId, request.Epoch) = (edit.VmId, edit.Epoch);
        request.Records.Add(edit.Records);
        return (await _host.AskAsync(HostDeadlines.Writing, (c, o) => c.ChangeDiskAsync(request, o), ct)).ToModel();
    }
}
