using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.DetachDisk;
using Lorica.ControlPlane.Vms.Operations.RemoveDisk;
using Lorica.ControlPlane.Vms.Operations.ResizeDisk;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Disks of VMs.</summary>
internal static class VmDiskRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapVmDisks(this IEndpointRouteBuilder group)
    {
        group.MapOperation<AddDiskBody>("/{vm}/disks", (_, b) => VmRequests.ToRequest(b), TaskKinds.AddDisk)
            .WithSummary("Add an empty disk");
        group.MapOperation<AttachDiskBody>("/{vm}/disks/attach", (_, b) => VmRequests.ToRequest(b), TaskKinds.AttachDisk)
            .WithSummary("Attach a disk that is there already");
        group.MapPost("/{vm}/disks/{label}/detach", async (string vm, string label, HttpContext http, VmService vms) =>
                OperationRoutes.Accepted(await vms.BeginAsync(
                    http.Caller(), vm, new DetachDiskRequest { Label = label }, http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Begins(TaskKinds.DetachDisk).WithSummary("Detach a disk; its file stays");
        group.MapDelete("/{vm}/disks/{label}", async (string vm, string label, HttpContext http, VmService vms) =>
                OperationRoutes.Accepted(await vms.BeginAsync(
                    http.Caller(), vm, new RemoveDiskRequest { Label = label }, http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Begins(TaskKinds.RemoveDisk).WithSummary("Remove a disk and its files");
        group.MapPost("/{vm}/disks/{label}/resize", async (string vm, string label, HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<ResizeDiskBody>(http);
                return OperationRoutes.Accepted(await vms.BeginAsync(
                    http.Caller(), vm, new ResizeDiskRequest { Label = label, Capacity = body.Capacity },
                    http.RequestAborted));
            })
            .Accepts<ResizeDiskBody>("application/json").Edits(ObjectKinds.Vm).Begins(TaskKinds.ResizeDisk)
            .WithSummary("Grow a disk");
    }
}
