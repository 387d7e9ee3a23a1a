using System.IO.Pipelines;
using Lorica.Center.Rest;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Vms.Consoles;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.DeleteVm;
using Lorica.ControlPlane.Vms.Operations.DetachDisk;
using Lorica.ControlPlane.Vms.Operations.MigrateVm;
using Lorica.ControlPlane.Vms.Operations.MoveVm;
using Lorica.ControlPlane.Vms.Operations.RelocateVm;
using Lorica.ControlPlane.Vms.Operations.RemoveDisk;
using Lorica.ControlPlane.Vms.Operations.RenameVm;
using Lorica.ControlPlane.Vms.Operations.ResizeDisk;
using Lorica.ControlPlane.Vms.Operations.UnlockVm;
using Lorica.ControlPlane.Vms.Operations.UnregisterVm;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Operations on VMs as REST asks for them, without HTTP.</summary>
internal sealed class VmFace(TestCenter center)
{
    private VmService Service => center.Service<VmService>();

    private VmConsole Console => center.Service<VmConsole>();

    public Task<TaskModel> BeginAsync(Caller caller, string vm, object request, CancellationToken ct) =>
        Service.BeginAsync(caller, vm, request, ct);

    public Task<TaskModel> CreateAsync(Caller caller, CreateVmBody body, CancellationToken ct) =>
        Service.CreateAsync(caller, VmRequests.ToRequest(body), ct);

    public Task<TaskModel> ImportAsync(
        Caller caller, PipeReader stream, Func<ReadOnlyMemory<byte>, CreateVmBody> parse, CancellationToken ct) =>
        Service.ImportAsync(caller, stream, bytes => VmRequests.ToRequest(parse(bytes)), ct);

    public Task<TaskModel> SetPolicyAsync(Caller caller, string vm, SetPolicyBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, VmRequests.ToRequest(vm, body), ct);

    public Task<PreflightModel> CheckPolicyAsync(Caller caller, string vm, SetPolicyBody body, CancellationToken ct) =>
        Service.CheckPolicyAsync(caller, vm, VmRequests.ToRequest(vm, body), ct);

    public Task<TaskModel> RecryptAsync(Caller caller, string vm, RecryptBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, VmRequests.ToRequest(vm, body), ct);

    public Task<TaskModel> PowerAsync(Caller caller, string vm, PowerBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, VmRequests.ToRequest(vm, body), ct);

    public Task<TaskModel> CloneAsync(Caller caller, string vm, CloneVmBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, VmRequests.ToRequest(vm, body), ct);

    public Task<TaskModel> RelocateAsync(Caller caller, string vm, RelocateVmBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, new RelocateVmRequest(body.Datastore, body.DiskFormat), ct);

    public Task<TaskModel> DeleteAsync(Caller caller, string vm, CancellationToken ct) =>
        BeginAsync(caller, vm, new DeleteVmRequest(), ct);

    public Task<TaskModel> RegisterAsync(Caller caller, RegisterVmBody body, CancellationToken ct) =>
        Service.RegisterAsync(caller, VmRequests.ToRequest(body), ct);

    public Task<TaskModel> UnregisterAsync(Caller caller, string vm, bool fenced, CancellationToken ct) =>
        BeginAsync(caller, vm, new UnregisterVmRequest(fenced), ct);

    public Task<TaskModel> UnlockAsync(Caller caller, string vm, bool deactivated, CancellationToken ct) =>
        BeginAsync(caller, vm, new UnlockVmRequest(deactivated), ct);

    public Task<TaskModel> RenameAsync(Caller caller, string vm, RenameVmBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, new RenameVmRequest(body.Name), ct);

    public Task<TaskModel> MoveAsync(Caller caller, string vm, MoveVmBody body, CancellationToken ct) =>
        center.Service<VmMover>().MoveAsync(caller, vm, body.Folder, ct);

    public Task<TaskModel> MigrateAsync(Caller caller, string vm, MigrateVmBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, new MigrateVmRequest(body.Host), ct);

    public Task<TaskModel> AddDiskAsync(Caller caller, string vm, AddDiskBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, VmRequests.ToRequest(body), ct);

    public Task<TaskModel> AttachDiskAsync(Caller caller, string vm, AttachDiskBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, VmRequests.ToRequest(body), ct);

    public Task<TaskModel> DetachDiskAsync(Caller caller, string vm, string label, bool remove, CancellationToken ct) =>
        BeginAsync(
            caller, vm, remove ? new RemoveDiskRequest { Label = label } : new DetachDiskRequest { Label = label }, ct);

    public Task<TaskModel> ResizeDiskAsync(
        Caller caller, string vm, string label, ResizeDiskBody body, CancellationToken ct) =>
        BeginAsync(caller, vm, new ResizeDiskRequest { Label = label, Capacity = body.Capacity }, ct);

    public Task RequireConsoleAsync(Caller caller, string vm, CancellationToken ct) => Console.RequireAsync(caller, vm, ct);

    public Task WriteConsoleAsync(Caller caller, string vm, ReadOnlyMemory<byte> bytes, CancellationToken ct) =>
        Console.WriteAsync(caller, vm, bytes, ct);

    public Task ReadConsoleAsync(Caller caller, string vm, CancellationToken ct) =>
        Console.ReadAsync(caller, vm, 0, follow: false, ct);
}
