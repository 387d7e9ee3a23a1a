using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Recovery;

namespace Lorica.Center.Rest;

/// <summary>VMs that come, go and move, and their disks.</summary>
internal static class VmLifeRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapVmLife(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/vms").WithTags("virtual machines");
        group.MapPost("/register", async (HttpContext http, LifeService life) =>
                Accepted(await life.RegisterAsync(
                    http.Caller(), await Body.ReadAsync<RegisterVmBody>(http), http.RequestAborted)))
            .Accepts<RegisterVmBody>("application/json").Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Register a VM from files that are there already");
        group.MapPost("/{vm}/unregister", async (string vm, bool? fenced, HttpContext http, LifeService life) =>
                Accepted(await life.UnregisterAsync(http.Caller(), vm, fenced ?? false, http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Take a VM out of the inventory; its files stay");
        group.MapPost("/{vm}/unlock", async (string vm, bool? deactivated, HttpContext http, LifeService life) =>
                Accepted(await life.UnlockAsync(http.Caller(), vm, deactivated ?? false, http.RequestAborted)))
            .Produces<TaskModel>(StatusCodes.Status202Accepted).WithSummary("Fetch the keys of a locked VM now");
        group.MapPost("/{vm}/repair", async (string vm, HttpContext http, RepairService repairs) =>
                TypedResults.Json(
                    await repairs.RepairAsync(http.Caller(), vm, await Body.ReadAsync<RepairVmBody>(http), http.RequestAborted),
                    RestJson.Default.RepairModel))
            .Accepts<RepairVmBody>("application/json").Produces<RepairModel>()
            .WithSummary("Let records count again that were given up although the files are under their keys");
        group.MapPost("/{vm}/rename", async (string vm, HttpContext http, LifeService life) =>
                Accepted(await life.RenameAsync(
                    http.Caller(), vm, await Body.ReadAsync<RenameVmBody>(http), http.RequestAborted)))
            .Accepts<RenameVmBody>("application/json")
            .Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted).WithSummary("Rename a VM");
        group.MapPost("/{vm}/move", async (string vm, HttpContext http, LifeService life) =>
                Accepted(await life.MoveAsync(http.Caller(), vm, await Body.ReadAsync<MoveVmBody>(http), http.RequestAborted)))
            .Accepts<MoveVmBody>("application/json").Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Move a VM to another folder of the inventory");
        group.MapPost("/{vm}/migrate", async (string vm, HttpContext http, LifeService life) =>
                Accepted(await life.MigrateAsync(
                    http.Caller(), vm, await Body.ReadAsync<MigrateVmBody>(http), http.RequestAborted)))
            .Accepts<MigrateVmBody>("application/json").Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Move a powered-off VM to another host that sees the same datastore");
        group.MapDisks();
    }

    private static void MapDisks(this IEndpointRouteBuilder group)
    {
        group.MapPost("/{vm}/disks", async (string vm, HttpContext http, LifeService life) =>
                Accepted(await life.AddDiskAsync(
                    http.Caller(), vm, await Body.ReadAsync<AddDiskBody>(http), http.RequestAborted)))
            .Accepts<AddDiskBody>("application/json")
            .Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted).WithSummary("Add an empty disk");
        group.MapPost("/{vm}/disks/attach", async (string vm, HttpContext http, LifeService life) =>
                Accepted(await life.AttachDiskAsync(
                    http.Caller(), vm, await Body.ReadAsync<AttachDiskBody>(http), http.RequestAborted)))
            .Accepts<AttachDiskBody>("application/json").Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Attach a disk that is there already");
        group.MapPost("/{vm}/disks/{label}/detach", async (string vm, string label, HttpContext http, LifeService life) =>
                Accepted(await life.DetachDiskAsync(http.Caller(), vm, label, remove: false, http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Detach a disk; its file stays");
        group.MapDelete("/{vm}/disks/{label}", async (string vm, string label, HttpContext http, LifeService life) =>
                Accepted(await life.DetachDiskAsync(http.Caller(), vm, label, remove: true, http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted).WithSummary("Remove a disk and its files");
        group.MapPost("/{vm}/disks/{label}/resize", async (string vm, string label, HttpContext http, LifeService life) =>
                Accepted(await life.ResizeDiskAsync(
                    http.Caller(), vm, label, await Body.ReadAsync<ResizeDiskBody>(http), http.RequestAborted)))
            .Accepts<ResizeDiskBody>("application/json")
            .Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted).WithSummary("Grow a disk");
    }

    private static IResult Accepted(TaskModel task) =>
        TypedResults.Json(task, RestJson.Default.TaskModel, statusCode: StatusCodes.Status202Accepted);
}
