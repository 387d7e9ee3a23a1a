using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>VMs that come, go and move, and their disks.</summary>
internal sealed partial class CenterClient
{
    public Task<TaskModel> RegisterVmAsync(RegisterVmBody body, CancellationToken ct)
        => PostAsync(Api + "vms/register", body, RestJson.Default.RegisterVmBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> UnregisterVmAsync(string vm, bool fenced, CancellationToken ct) =>
        PostAsync(Vm(vm) + "/unregister" + (fenced ? "?fenced=true" : ""), ct);

    public Task<TaskModel> ResetVmAsync(string vm, CancellationToken ct) => PostAsync(Vm(vm) + "/reset", ct);

    public Task<TaskModel> UnlockVmAsync(string vm, bool deactivated, CancellationToken ct) =>
        PostAsync(Vm(vm) + "/unlock" + (deactivated ? "?deactivated=true" : ""), ct);

    public Task<RepairModel> RepairVmAsync(string vm, RepairVmBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/repair", body, RestJson.Default.RepairVmBody, RestJson.Default.RepairModel, ct);

    public Task<TaskModel> RenameVmAsync(string vm, RenameVmBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/rename", body, RestJson.Default.RenameVmBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> MoveVmAsync(string vm, MoveVmBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/move", body, RestJson.Default.MoveVmBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> MigrateVmAsync(string vm, MigrateVmBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/migrate", body, RestJson.Default.MigrateVmBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> AddDiskAsync(string vm, AddDiskBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/disks", body, RestJson.Default.AddDiskBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> AttachDiskAsync(string vm, AttachDiskBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/disks/attach", body, RestJson.Default.AttachDiskBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> DetachDiskAsync(string vm, string label, CancellationToken ct) =>
        PostAsync($"{Vm(vm)}/disks/{Escape(label)}/detach", ct);

    public Task<TaskModel?> RemoveDiskAsync(string vm, string label, CancellationToken ct) =>
        DeleteAsync($"{Vm(vm)}/disks/{Escape(label)}", ct);

    public Task<TaskModel> ResizeDiskAsync(string vm, string label, ResizeDiskBody body, CancellationToken ct)
        => PostAsync(
            $"{Vm(vm)}/disks/{Escape(label)}/resize", body, RestJson.Default.ResizeDiskBody, RestJson.Default.TaskModel, ct);

    private async Task<TaskModel> PostAsync(string path, CancellationToken ct)
    {
        using var nothing = new ByteArrayContent([]);
        return await SendAsync(HttpMethod.Post, path, nothing, RestJson.Default.TaskModel, Patience, ct);
    }
}
