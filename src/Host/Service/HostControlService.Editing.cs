using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.Host.Editing;

namespace Lorica.Host.Service;

/// <summary>VMs and disks that are there already, names.</summary>
internal sealed partial class HostControlService
{
    public override Task<InspectVmReply> InspectVm(InspectVmRequest request, ServerCallContext context) =>
        Task.FromResult(new InspectVmReply { Vm = node.Registrar.Inspect(request.Path) });

    public override async Task<VmDescription> RegisterVm(RegisterVmRequest request, ServerCallContext context)
    {
        await node.Registrar.RegisterAsync(request, context.CancellationToken);
        return Described(request.VmId);
    }

    public override async Task<UnregisterVmReply> UnregisterVm(UnregisterVmRequest request, ServerCallContext context)
    {
        await node.Registrar.UnregisterAsync(request, context.CancellationToken);
        return new UnregisterVmReply();
    }

    public override async Task<VmDescription> RenameVm(RenameVmRequest request, ServerCallContext context)
    {
        await new VmRenamer(node.Editor).RenameAsync(request, context.CancellationToken);
        return Described(request.VmId);
    }

    public override Task<DiskDescription> InspectDisk(InspectDiskRequest request, ServerCallContext context) =>
        Task.FromResult(new DiskInspector(node.Table).Inspect(request.Path));

    public override async Task<VmDescription> ChangeDisk(ChangeDiskRequest request, ServerCallContext context)
    {
        await new DiskEditor(node.Editor).ChangeAsync(request, context.CancellationToken);
        return Described(request.VmId);
    }
}
