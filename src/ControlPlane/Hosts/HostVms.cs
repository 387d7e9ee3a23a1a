using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>VMs of a host: their files and their guests.</summary>
public sealed class HostVms
{
    private readonly HostCaller _host;

    internal HostVms(HostCaller host) => _host = host;

    /// <summary>What the files say now.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NotFound: the VM is not on the host's list.</exception>
    public async Task<VmFiles> DescribeAsync(string vmId, CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Look, (c, o) => c.DescribeVmAsync(new VmRequest { VmId = vmId }, o), ct)).ToModel();

    /// <summary>The same; null when the VM is not on the host's list.</summary>
    public async Task<VmFiles?> FindAsync(string vmId, CancellationToken ct) => (await _host.FindAsync(
        HostDeadlines.Look, (c, o) => c.DescribeVmAsync(new VmRequest { VmId = vmId }, o), ct))?.ToModel();

    /// <summary>All VMs on the host's list, each once.</summary>
    public Task<IReadOnlyList<VmFiles>> ListAsync(CancellationToken ct) => ListAsync(new ListVmsRequest(), ct);

    /// <summary>Some VMs, at least one, as far as they are on the host's list, each once.</summary>
    public async Task<IReadOnlyList<VmFiles>> ListAsync(IReadOnlyCollection<string> vms, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfZero(vms.Count);
        var request = new ListVmsRequest();
        request.VmIds.Add(vms);
        return [.. (await ListAsync(request, ct)).Where(v => vms.Contains(v.VmId))];
    }

    private async Task<IReadOnlyList<VmFiles>> ListAsync(ListVmsRequest request, CancellationToken ct) =>
    [
        .. (await _host.AskAsync(HostDeadlines.Look, (c, o) => c.ListVmsAsync(request, o), ct)).Vms
            .DistinctBy(v => v.VmId, StringComparer.Ordinal).Select(v => v.ToModel()),
    ];

    /// <summary>Makes a VM with empty disks.</summary>
    public async Task<VmFiles> CreateAsync(NewVmSpec vm, CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Writing, (c, o) => c.CreateVmAsync(vm.ToMessage(), o), ct)).ToModel();

    /// <summary>Begins to make a VM whose disks have content; all or nothing.</summary>
    public HostImport Import(NewVmSpec vm, CancellationToken ct) =>
        new(_host, _host.Open((c, o) => c.ImportVm(o), ct), vm);

    /// <summary>Removes a VM and its files.</summary>
    /// <returns>False when the host knows no such VM (any more).</returns>
    public async Task<bool> DeleteAsync(VmEdit edit, CancellationToken ct)
    {
        var request = new VmOperation { VmId = edit.VmId, Epoch = edit.Epoch };
        request.Records.Add(edit.Records);
        return await _host.FindAsync(
            HostDeadlines.Files, (c, o) => c.DeleteVmAsync(request, o), ct, key: "lorica.vmNotFound") is not null;
    }

    /// <summary>What the files at a path say; nothing is verified, locked or changed.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NotFound: what of the path is not there.</exception>
    public async Task<VmFiles> ReadAsync(string path, CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Files, (c, o) => c.InspectVmAsync(new InspectVmRequest { Path = path }, o), ct)).Vm?.ToModel()
        ?? new VmFiles();

    /// <summary>The same; null when nothing is there.</summary>
    public async Task<VmFiles?> InspectAsync(string path, CancellationToken ct) => (await _host.FindAsync(
        HostDeadlines.Files, (c, o) => c.InspectVmAsync(new InspectVmRequest { Path = path }, o), ct))?.Vm?.ToModel();

    /// <summary>Takes files that are there already onto the host's list, once they verify. Idempotent.</summary>
    /// <param name="edit">The VM, with every encrypted object's record.</param>
    /// <param name="path"><c>[datastore1] folder/file.vmx</c>.</param>
    /// <param name="fenced">A person says that whoever held the lock last is cut off.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<VmFiles> RegisterAsync(VmEdit edit, string path, bool fenced, CancellationToken ct)
    {
        var request = new RegisterVmRequest { VmId = edit.VmId, Epoch = edit.Epoch, Path = path, Fenced = fenced };
        request.Records.Add(edit.Records);
        return (await _host.AskAsync(HostDeadlines.Files, (c, o) => c.RegisterVmAsync(request, o), ct)).ToModel();
    }

    /// <summary>Takes a VM off the host's list; its files stay.</summary>
    /// <returns>False when it is not on the list (any more).</returns>
    public async Task<bool> UnregisterAsync(string vmId, long epoch, CancellationToken ct) => await _host.FindAsync(
        HostDeadlines.Files, (c, o) => c.UnregisterVmAsync(new UnregisterVmRequest { VmId = vmId, Epoch = epoch }, o), ct)
        is not null;

    /// <summary>Changes the display name.</summary>
    public async Task<VmFiles> RenameAsync(VmEdit edit, string name, CancellationToken ct)
    {
        var request = new RenameVmRequest { VmId = edit.VmId, Epoch = edit.Epoch, Name = name };
        request.Records.Add(edit.Records);
        return (await _host.AskAsync(HostDeadlines.Files, (c, o) => c.RenameVmAsync(request, o), ct)).ToModel();
    }

    /// <summary>Starts the guest.</summary>
    /// <param name="edit">The VM.</param>
    /// <param name="fenced">A person says that whoever held the lock last is cut off.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<VmFiles> PowerOnAsync(VmEdit edit, bool fenced, CancellationToken ct)
    {
        var request = new PowerOnRequest { VmId = edit.VmId, Epoch = edit.Epoch, Fenced = fenced };
        request.Records.Add(edit.Records);
        return (await _host.AskAsync(HostDeadlines.Files, (c, o) => c.PowerOnAsync(request, o), ct)).ToModel();
    }

    /// <summary>Ends the guest.</summary>
    /// <param name="vmId">The VM.</param>
    /// <param name="epoch">The task's epoch.</param>
    /// <param name="hard">At once.</param>
    /// <param name="timeoutSeconds">How long the guest may take otherwise.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<VmFiles> PowerOffAsync(string vmId, long epoch, bool hard, int timeoutSeconds, CancellationToken ct)
    {
        var request = new PowerOffRequest { VmId = vmId, Epoch = epoch, Hard = hard, TimeoutSeconds = timeoutSeconds };
        return (await _host.AskAsync(
            TimeSpan.FromSeconds(timeoutSeconds) + HostDeadlines.OffGrace, (c, o) => c.PowerOffAsync(request, o), ct)).ToModel();
    }

    /// <summary>Presses the guest's reset button.</summary>
    public Task ResetAsync(string vmId, CancellationToken ct) =>
        _host.AskAsync(HostDeadlines.Look, (c, o) => c.ResetVmAsync(new ResetVmRequest { VmId = vmId }, o), ct);

    /// <summary>Holds the guest's processors, or lets them go on. Idempotent.</summary>
    /// <returns>False when the host knows no such VM.</returns>
    public async Task<bool> PauseAsync(string vmId, bool paused, CancellationToken ct) => await _host.FindAsync(
        HostDeadlines.Look, (c, o) => c.PauseVmAsync(new PauseVmRequest { VmId = vmId, Paused = paused }, o), ct) is not null;
}
