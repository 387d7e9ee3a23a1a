using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.DeleteVm;
using Lorica.ControlPlane.Vms.Operations.MigrateVm;
using Lorica.ControlPlane.Vms.Operations.MoveVm;
using Lorica.ControlPlane.Vms.Operations.RelocateVm;
using Lorica.ControlPlane.Vms.Operations.RenameVm;
using Lorica.ControlPlane.Vms.Operations.ResetVm;
using Lorica.ControlPlane.Vms.Operations.UnlockVm;
using Lorica.ControlPlane.Vms.Operations.UnregisterVm;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.ControlPlane.Vms.Recovery;
using Lorica.Model;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Lorica.Center.Rest;

/// <summary>Virtual machines.</summary>
internal static class VmRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapVms(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/vms").WithTags("virtual machines");
        group.MapGet("", async (HttpContext http, VmQueries vms) => TypedResults.Json(
                await vms.ListAsync(http.Caller(), QueryOf(http.Request.Query), http.RequestAborted),
                RestJson.Default.ListModelVmModel))
            .DescribePages("name", "host", "powerState", "cryptoState", "compliance", "policy", "encrypted")
            .Produces<ListModel<VmModel>>().WithSummary("List VMs");
        group.MapGet("/{vm}", async (string vm, HttpContext http, VmQueries vms) => TypedResults.Json(
                await vms.GetAsync(http.Caller(), vm, http.RequestAborted), RestJson.Default.VmModel))
            .Revised<VmModel>((_, v) => (ObjectKinds.Vm, v.Id)).Produces<VmModel>().WithSummary("Show a VM, by name or id");

        group.MapPost("", async (HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<CreateVmBody>(http);
                return OperationRoutes.Accepted(
                    await vms.CreateAsync(http.Caller(), VmRequests.ToRequest(body), http.RequestAborted));
            })
            .Accepts<CreateVmBody>("application/json").Begins(TaskKinds.Create).WithSummary("Create a VM with empty disks");
        group.MapPost("/import", ImportAsync)
            .Accepts<Stream>(DiskStream.MediaType).Begins(TaskKinds.Import)
            .WithSummary("Create a VM from the content of disks; answered when all of it was taken");
        group.MapDelete("/{vm}", async (string vm, HttpContext http, VmService vms) =>
                OperationRoutes.Accepted(
                    await vms.BeginAsync(http.Caller(), vm, new DeleteVmRequest(), http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Begins(TaskKinds.Delete).WithSummary("Delete a VM and its files");

        group.MapOperation<SetPolicyBody>(
                "/{vm}/policy", VmRequests.ToRequest, TaskKinds.SetPolicy, TaskKinds.Encrypt, TaskKinds.Decrypt)
            .WithSummary("Set a storage policy: encrypts or decrypts what that changes");
        group.MapOperation<RecryptBody>("/{vm}/recrypt", VmRequests.ToRequest, TaskKinds.Recrypt)
            .WithSummary("Give a VM new KEKs; deep: new DEKs too");
        group.MapOperation<CloneVmBody>("/{vm}/clone", VmRequests.ToRequest, TaskKinds.Clone)
            .WithSummary("Make a full clone of a VM");
        group.MapOperation<RelocateVmBody>(
                "/{vm}/relocate", (_, b) => new RelocateVmRequest(b.Datastore, b.DiskFormat), TaskKinds.Relocate)
            .WithSummary("Move a VM to another datastore or disk format");
        group.MapOperation<PowerBody>("/{vm}/power", VmRequests.ToRequest, TaskKinds.PowerOn, TaskKinds.PowerOff)
            .WithSummary("Power on or off");
        group.MapPost("/{vm}/reset", async (string vm, HttpContext http, VmService vms) =>
                OperationRoutes.Accepted(await vms.BeginAsync(http.Caller(), vm, new ResetVmRequest(), http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Begins(TaskKinds.Reset).WithSummary("Reset a running guest, unasked");
        group.MapConsole();
        MapPlaces(group);
        group.MapVmDisks();
    }

    /// <summary>VMs that come, go and move.</summary>
    private static VmQuery QueryOf(IQueryCollection query) => new()
    {
        Name = Paging.Filter(query, "name"),
        Host = Paging.Filter(query, "host"),
        PowerState = Paging.Filter(query, "powerState"),
        CryptoState = Paging.Filter(query, "cryptoState"),
        Compliance = Paging.Filter(query, "compliance"),
        Policy = Paging.Filter(query, "policy"),
        Encrypted = Paging.Filter(query, "encrypted"),
        Limit = query["limit"].Count == 0 && query["cursor"].Count == 0
            ? null : Paging.Limit(query, VmQuery.MaximumLimit, VmQuery.MaximumLimit),
        Cursor = query["cursor"] is [{ } cursor] ? cursor : null,
    };

    private static void MapPlaces(IEndpointRouteBuilder group)
    {
        group.MapPost("/register", async (HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<RegisterVmBody>(http);
                return OperationRoutes.Accepted(
                    await vms.RegisterAsync(http.Caller(), VmRequests.ToRequest(body), http.RequestAborted));
            })
            .Accepts<RegisterVmBody>("application/json").Begins(TaskKinds.Register)
            .WithSummary("Register a VM from files that are there already");
        group.MapPost("/{vm}/unregister", async (string vm, bool? fenced, HttpContext http, VmService vms) =>
                OperationRoutes.Accepted(await vms.BeginAsync(
                    http.Caller(), vm, new UnregisterVmRequest(fenced ?? false), http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Begins(TaskKinds.Unregister)
            .WithSummary("Take a VM out of the inventory; its files stay");
        group.MapPost("/{vm}/unlock", async (string vm, bool? deactivated, HttpContext http, VmService vms) =>
                OperationRoutes.Accepted(await vms.BeginAsync(
                    http.Caller(), vm, new UnlockVmRequest(deactivated ?? false), http.RequestAborted)))
            .Begins(TaskKinds.Unlock).WithSummary("Fetch the keys of a locked VM now");
        group.MapPost("/{vm}/repair", async (string vm, HttpContext http, RepairService repairs) =>
                TypedResults.Json(
                    await repairs.RepairAsync(http.Caller(), vm, await Body.ReadAsync<RepairVmBody>(http), http.RequestAborted),
                    RestJson.Default.RepairModel))
            .Accepts<RepairVmBody>("application/json").Produces<RepairModel>()
            .WithSummary("Let records count again that were given up although the files are under their keys");
        group.MapOperation<RenameVmBody>("/{vm}/rename", (_, b) => new RenameVmRequest(b.Name), TaskKinds.Rename)
            .WithSummary("Rename a VM");
        group.MapPost("/{vm}/move", async (string vm, HttpContext http, VmMover mover) =>
            {
                var body = await Body.ReadAsync<MoveVmBody>(http);
                return OperationRoutes.Accepted(
                    await mover.MoveAsync(http.Caller(), vm, body.Folder, http.RequestAborted));
            })
            .Accepts<MoveVmBody>("application/json").Edits(ObjectKinds.Vm).Begins(TaskKinds.Move)
            .WithSummary("Move a VM to another folder of the inventory");
        group.MapOperation<MigrateVmBody>("/{vm}/migrate", (_, b) => new MigrateVmRequest(b.Host), TaskKinds.Migrate)
            .WithSummary("Move a powered-off VM to another host that sees the same datastore");
    }

    private static async Task<IResult> ImportAsync(HttpContext http, VmService vms)
    {
        if (!string.Equals(http.Request.ContentType, DiskStream.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            return TypedResults.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        }

        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        // The relay waits for the host's disk; how fast the client may be is not a rule then.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        return OperationRoutes.Accepted(await vms.ImportAsync(
            http.Caller(), http.Request.BodyReader,
            json => VmRequests.ToRequest(Body.Parse<CreateVmBody>(json.Span, "import")), http.RequestAborted));
    }
}
