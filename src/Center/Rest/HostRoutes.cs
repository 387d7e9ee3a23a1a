using Lorica.Contracts.Rest;
using Lorica.ControlPlane.HostAdministration;
using Lorica.ControlPlane.Hosts;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Hosts.</summary>
internal static class HostRoutes
{
    private const string Json = "application/json";

    /// <summary>Maps the routes.</summary>
    public static void MapHosts(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/hosts").WithTags("hosts");
        group.MapGet("", async (HttpContext http, HostDirectory hosts) => TypedResults.Json(
                new ListModel<HostModel>(await hosts.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelHostModel))
            .Paged<HostModel>(h => h.Name + "\0" + h.Id, ("name", h => h.Name), ("state", h => h.State))
            .Produces<ListModel<HostModel>>().WithSummary("List hosts");
        group.MapGet("/{name}", async (string name, HttpContext http, HostDirectory hosts) =>
                Host(await hosts.GetAsync(http.Caller(), name, http.RequestAborted)))
            .Revised<HostModel>((_, h) => (ObjectKinds.Host, h.Id)).Produces<HostModel>().WithSummary("Show a host");
        group.MapPost("/probe", async (HttpContext http, HostService hosts) =>
            {
                var body = await Body.ReadAsync<ProbeHostBody>(http);
                return TypedResults.Json(
                    await hosts.ProbeAsync(http.Caller(), body, http.RequestAborted), RestJson.Default.CertificateModel);
            })
            .Accepts<ProbeHostBody>(Json)
            .Produces<CertificateModel>().WithSummary("See the certificate of a host that waits to join");
        group.MapPost("", async (HttpContext http, HostService hosts) =>
            {
                var body = await Body.ReadAsync<AddHostBody>(http);
                return TypedResults.Json(
                    await hosts.AddAsync(http.Caller(), body, http.RequestAborted), RestJson.Default.HostModel,
                    statusCode: StatusCodes.Status201Created);
            })
            .Accepts<AddHostBody>(Json)
            .Produces<HostModel>(StatusCodes.Status201Created).WithSummary("Let a host join, by the token on its console");
        group.MapDelete("/{name}", async (string name, HttpContext http, HostService hosts) =>
            {
                await hosts.RemoveAsync(http.Caller(), name, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Host).Produces(StatusCodes.Status204NoContent).WithSummary("Remove a host that has no VMs");
        group.MapPost("/{name}/move", async (string name, HttpContext http, HostService hosts) =>
            {
                var body = await Body.ReadAsync<MoveIntoBody>(http);
                return Host(await hosts.MoveAsync(http.Caller(), name, body.Parent, http.RequestAborted));
            })
            .Accepts<MoveIntoBody>(Json)
            .Edits(ObjectKinds.Host).Produces<HostModel>().WithSummary("Move a host to another cluster or datacenter");
        group.MapPost("/{name}/maintenance", async (string name, HttpContext http, HostService hosts) =>
            {
                var body = await Body.ReadAsync<MaintenanceBody>(http);
                return Host(await hosts.MaintenanceAsync(http.Caller(), name, body.Enter, http.RequestAborted));
            })
            .Accepts<MaintenanceBody>(Json)
            .Edits(ObjectKinds.Host).Produces<HostModel>().WithSummary("Enter or leave maintenance");
        group.MapPost("/{name}/crypto", async (string name, HttpContext http, HostService hosts) =>
            {
                var body = await Body.ReadAsync<HostCryptoBody>(http);
                return Host(await hosts.CryptoAsync(http.Caller(), name, body.Action, http.RequestAborted));
            })
            .Accepts<HostCryptoBody>(Json)
            .Edits(ObjectKinds.Host).Produces<HostModel>().WithSummary("Encryption mode: prepare, enable, rotate, disable");
    }

    private static IResult Host(HostModel host) => TypedResults.Json(host, RestJson.Default.HostModel);
}
