using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Queries;
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
                new ListModel<VmModel>(await vms.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelVmModel))
            .Paged<VmModel>(
                v => v.Name + "\0" + v.Id, ("name", v => v.Name), ("host", v => v.Host), ("powerState", v => v.PowerState),
                ("cryptoState", v => v.CryptoState), ("compliance", v => v.Compliance), ("policy", v => v.Policy.Name),
                ("encrypted", v => v.Encrypted ? "true" : "false"))
            .Produces<ListModel<VmModel>>().WithSummary("List VMs");
        group.MapGet("/{vm}", async (string vm, HttpContext http, VmQueries vms) => TypedResults.Json(
                await vms.GetAsync(http.Caller(), vm, http.RequestAborted), RestJson.Default.VmModel))
            .Revised<VmModel>((_, v) => (ObjectKinds.Vm, v.Id)).Produces<VmModel>().WithSummary("Show a VM, by name or id");

        group.MapPost("", async (HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<CreateVmBody>(http);
                return Accepted(await vms.CreateAsync(http.Caller(), body, http.RequestAborted));
            })
            .Accepts<CreateVmBody>("application/json").Produces<TaskModel>(StatusCodes.Status202Accepted)
                .WithSummary("Create a VM with empty disks");
        group.MapPost("/import", ImportAsync)
            .Accepts<Stream>(DiskStream.MediaType).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Create a VM from the content of disks; answered when all of it was taken");
        group.MapDelete("/{vm}", async (string vm, HttpContext http, VmService vms) =>
                Accepted(await vms.DeleteAsync(http.Caller(), vm, http.RequestAborted)))
            .Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted).WithSummary("Delete a VM and its files");

        group.MapPost("/{vm}/policy", async (string vm, HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<SetPolicyBody>(http);
                return Accepted(await vms.SetPolicyAsync(http.Caller(), vm, body, http.RequestAborted));
            })
            .Accepts<SetPolicyBody>("application/json").Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Set a storage policy: encrypts or decrypts what that changes");
        group.MapPost("/{vm}/recrypt", async (string vm, HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<RecryptBody>(http);
                return Accepted(await vms.RecryptAsync(http.Caller(), vm, body, http.RequestAborted));
            })
            .Accepts<RecryptBody>("application/json").Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
                .WithSummary("Give a VM new KEKs; deep: new DEKs too");
        group.MapPost("/{vm}/clone", async (string vm, HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<CloneVmBody>(http);
                return Accepted(await vms.CloneAsync(http.Caller(), vm, body, http.RequestAborted));
            })
            .Accepts<CloneVmBody>("application/json").Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Make a full clone of a VM");
        group.MapPost("/{vm}/relocate", async (string vm, HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<RelocateVmBody>(http);
                return Accepted(await vms.RelocateAsync(http.Caller(), vm, body, http.RequestAborted));
            })
            .Accepts<RelocateVmBody>("application/json").Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Move a VM to another datastore or disk format");
        group.MapPost("/{vm}/power", async (string vm, HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<PowerBody>(http);
                return Accepted(await vms.PowerAsync(http.Caller(), vm, body, http.RequestAborted));
            })
            .Accepts<PowerBody>("application/json").Edits(ObjectKinds.Vm).Produces<TaskModel>(StatusCodes.Status202Accepted)
                .WithSummary("Power on or off");
        group.MapConsole();
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

        return Accepted(await vms.ImportAsync(
            http.Caller(), http.Request.BodyReader, json => Body.Parse<CreateVmBody>(json.Span, "import"), http.RequestAborted));
    }

    private static IResult Accepted(TaskModel task) =>
        TypedResults.Json(task, RestJson.Default.TaskModel, statusCode: StatusCodes.Status202Accepted);
}
