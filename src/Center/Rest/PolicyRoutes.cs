using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Compliance;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.PolicyBatches;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Storage policies, compliance, checks before an operation.</summary>
internal static class PolicyRoutes
{
    private const string Json = "application/json";

    /// <summary>Maps the routes.</summary>
    public static void MapPolicies(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/policies").WithTags("storage policies");
        group.MapGet("", async (HttpContext http, PolicyService policies) => TypedResults.Json(
                new ListModel<PolicyModel>(
                    [.. (await policies.ListAsync(http.Caller(), http.RequestAborted)).Select(p => p.ToModel())]),
                RestJson.Default.ListModelPolicyModel))
            .Paged<PolicyModel>(p => p.Name + "\0" + p.Id, ("name", p => p.Name))
            .Produces<ListModel<PolicyModel>>().WithSummary("List storage policies");
        group.MapGet("/{policy}", async (string policy, HttpContext http, PolicyService policies) =>
                TypedResults.Json((await policies.GetAsync(http.Caller(), policy, http.RequestAborted)).ToModel(),
                    RestJson.Default.PolicyModel))
            .Revised<PolicyModel>((_, p) => (ObjectKinds.Policy, p.Id))
            .Produces<PolicyModel>().WithSummary("Show a storage policy, by name or id");
        group.MapPost("", async (HttpContext http, PolicyService policies) =>
            {
                var body = await Body.ReadAsync<CreatePolicyBody>(http);
                var made = await policies.CreateAsync(http.Caller(), body, http.RequestAborted);
                return TypedResults.Json(made.ToModel(), RestJson.Default.PolicyModel, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<CreatePolicyBody>(Json)
            .Produces<PolicyModel>(StatusCodes.Status201Created).WithSummary("Create a storage policy");
        group.MapPost("/{policy}/clone", async (string policy, HttpContext http, PolicyService policies) =>
            {
                var body = await Body.ReadAsync<ClonePolicyBody>(http);
                var made = await policies.CloneAsync(http.Caller(), policy, body, http.RequestAborted);
                return TypedResults.Json(made.ToModel(), RestJson.Default.PolicyModel, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<ClonePolicyBody>(Json)
            .Produces<PolicyModel>(StatusCodes.Status201Created).WithSummary("Clone a storage policy");
        group.MapPatch("/{policy}", async (string policy, HttpContext http, PolicyService policies) =>
            {
                var body = await Body.ReadAsync<EditPolicyBody>(http);
                var edited = await policies.EditAsync(http.Caller(), policy, body, http.RequestAborted);
                return TypedResults.Json(edited.ToModel(), RestJson.Default.PolicyModel);
            })
            .Accepts<EditPolicyBody>(Json).Edits(ObjectKinds.Policy).Produces<PolicyModel>().WithSummary("Edit a storage policy");
        group.MapDelete("/{policy}", async (string policy, HttpContext http, PolicyService policies) =>
            {
                await policies.DeleteAsync(http.Caller(), policy, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Policy)
            .Produces(StatusCodes.Status204NoContent).WithSummary("Delete a storage policy that nothing uses");
        group.MapPost("/{policy}/apply", async (string policy, HttpContext http, PolicyApplier applier) =>
            {
                var body = await Body.ReadAsync<ApplyPolicyBody>(http);
                return TypedResults.Json(
                    await applier.BeginAsync(http.Caller(), policy, body, http.RequestAborted), RestJson.Default.TaskModel,
                    statusCode: StatusCodes.Status202Accepted);
            })
            .Accepts<ApplyPolicyBody>(Json).Produces<TaskModel>(StatusCodes.Status202Accepted)
            .WithSummary("Apply a storage policy to many VMs; each has a task of its own under the one answered");
        group.MapGet("/reports/{task}", async (string task, HttpContext http, PolicyApplier applier) => TypedResults.Json(
                await applier.ReportAsync(http.Caller(), task, http.RequestAborted), RestJson.Default.PolicyReportModel))
            .Produces<PolicyReportModel>().WithSummary("How applying a storage policy to many VMs goes, VM by VM");
        api.MapCompliance();
        api.MapPlacement();
    }

    private static void MapCompliance(this IEndpointRouteBuilder api)
    {
        api.MapGet("/compliance", async (HttpContext http, ComplianceService compliance) => TypedResults.Json(
                new ListModel<ComplianceModel>(await compliance.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelComplianceModel))
            .Paged<ComplianceModel>(c => c.Vm + "\0" + c.VmId, ("vm", c => c.Vm), ("state", c => c.State))
            .Produces<ListModel<ComplianceModel>>().WithTags("storage policies")
            .WithSummary("Compliance of all VMs, read from their files");
        api.MapGet("/vms/{vm}/compliance", async (string vm, HttpContext http, ComplianceService compliance) => TypedResults.Json(
                await compliance.GetAsync(http.Caller(), vm, http.RequestAborted), RestJson.Default.ComplianceModel))
            .Produces<ComplianceModel>().WithTags("storage policies").WithSummary("Compliance of a VM, read from its files");
        api.MapPost("/vms/{vm}/policy/check", async (string vm, HttpContext http, VmService vms) =>
            {
                var body = await Body.ReadAsync<SetPolicyBody>(http);
                return TypedResults.Json(
                    await vms.CheckPolicyAsync(http.Caller(), vm, VmRequests.ToRequest(vm, body), http.RequestAborted),
                    RestJson.Default.PreflightModel);
            })
            .Accepts<SetPolicyBody>(Json).Produces<PreflightModel>().WithTags("storage policies")
            .WithSummary("What setting a storage policy would meet; nothing is done");
    }

    private static void MapPlacement(this IEndpointRouteBuilder api)
    {
        api.MapGet(
            "/datastores/{name}/tags", async (string name, HttpContext http, PlacementService placement) => TypedResults.Json(
                new TagsModel(await placement.TagsAsync(http.Caller(), name, http.RequestAborted)), RestJson.Default.TagsModel))
            .Revised<TagsModel>((http, _) => (ObjectKinds.Datastore, (string)http.GetRouteValue("name")!))
            .Produces<TagsModel>().WithTags("storage policies").WithSummary("Tags of a datastore");
        api.MapPut("/datastores/{name}/tags", async (string name, HttpContext http, PlacementService placement) =>
            {
                var body = await Body.ReadAsync<TagsModel>(http);
                return TypedResults.Json(
                    new TagsModel(await placement.SetTagsAsync(http.Caller(), name, body.Tags, http.RequestAborted)),
                    RestJson.Default.TagsModel);
            })
            .Accepts<TagsModel>(Json).Edits(ObjectKinds.Datastore)
            .Produces<TagsModel>().WithTags("storage policies").WithSummary("Give a datastore these tags and no others");
        api.MapGet(
            "/providers/{name}/runs-in", async (string name, HttpContext http, CenterSettings settings) => TypedResults.Json(
                new RunsInModel(await settings.GuestOfAsync(http.Caller(), name, http.RequestAborted)),
                RestJson.Default.RunsInModel))
            .Revised<RunsInModel>((http, _) => (ObjectKinds.Provider, (string)http.GetRouteValue("name")!))
            .Produces<RunsInModel>().WithTags("key providers").WithSummary("The VM in which a provider's KMS runs");
        api.MapPut("/providers/{name}/runs-in", async (string name, HttpContext http, CenterSettings settings) =>
            {
                var body = await Body.ReadAsync<RunsInModel>(http);
                await settings.SetGuestAsync(http.Caller(), name, body.Vm, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Accepts<RunsInModel>(Json)
            .Edits(ObjectKinds.Provider).Produces(StatusCodes.Status204NoContent).WithTags("key providers")
            .WithSummary("Note in which VM a provider's KMS runs, so that it is never encrypted with that provider's keys");
        api.MapGet("/settings", async (HttpContext http, CenterSettings settings) => TypedResults.Json(
                new ListModel<SettingModel>(
                    [.. (await settings.ListAsync(http.Caller(), http.RequestAborted))
                        .Select(s => new SettingModel(s.Key, s.Value))]),
                RestJson.Default.ListModelSettingModel))
            .Paged<SettingModel>(s => s.Name, ("name", s => s.Name))
            .Produces<ListModel<SettingModel>>().WithTags("system").WithSummary("Settings of the center");
        api.MapGet("/settings/{name}", async (string name, HttpContext http, CenterSettings settings) => TypedResults.Json(
                await settings.GetAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.SettingModel))
            .Revised<SettingModel>((_, _) => (ObjectKinds.Root, ObjectRef.Root.Id)).Produces<SettingModel>().WithTags("system")
            .WithSummary("Show a setting of the center");
        api.MapPut("/settings/{name}", async (string name, HttpContext http, CenterSettings settings) =>
            {
                var body = await Body.ReadAsync<SettingModel>(http);
                await settings.SetAsync(http.Caller(), name, body.Value, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Accepts<SettingModel>(Json).Edits(ObjectKinds.Root)
            .Produces(StatusCodes.Status204NoContent).WithTags("system").WithSummary("Set a setting of the center");
        api.MapDelete("/settings/{name}", async (string name, HttpContext http, CenterSettings settings) =>
            {
                await settings.SetAsync(http.Caller(), name, null, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Root)
            .Produces(StatusCodes.Status204NoContent).WithTags("system").WithSummary("Remove a setting of the center");
    }
}
