using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Providers;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Key providers and the broker.</summary>
internal static class ProviderRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapProviders(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/providers").WithTags("key providers");
        group.MapGet("", async (HttpContext http, ProviderService service) => TypedResults.Json(
                new ListModel<ProviderModel>(await service.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelProviderModel))
            .Paged<ProviderModel>(p => p.Name, ("name", p => p.Name))
            .Produces<ListModel<ProviderModel>>().WithSummary("List key providers");

        group.MapGet("/{name}", async (string name, HttpContext http, ProviderService service) => TypedResults.Json(
                await service.GetAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.ProviderModel))
            .Revised<ProviderModel>((_, p) => (ObjectKinds.Provider, p.Name))
            .Produces<ProviderModel>().WithSummary("Show a key provider");

        group.MapPost("", async (HttpContext http, ProviderService service) =>
            {
                var body = await Body.ReadAsync<AddProviderBody>(http);
                var provider = await service.AddAsync(http.Caller(), body, http.RequestAborted);
                return TypedResults.Json(provider, RestJson.Default.ProviderModel, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<AddProviderBody>("application/json").Produces<ProviderModel>(StatusCodes.Status201Created)
            .WithSummary("Register a key provider");

        group.MapPost("/probe", async (HttpContext http, ProviderService service) =>
            {
                var body = await Body.ReadAsync<ProbeBody>(http);
                return TypedResults.Json(
                    await service.ProbeAsync(http.Caller(), body, http.RequestAborted), RestJson.Default.CertificateModel);
            })
            .Accepts<ProbeBody>("application/json").Produces<CertificateModel>()
                .WithSummary("See the certificate that a server shows");

        group.MapGet("/{name}/status", async (string name, HttpContext http, ProviderService service) => TypedResults.Json(
                await service.StatusAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.ProviderStatusModel))
            .Produces<ProviderStatusModel>().WithSummary("Fetch a probe key and tell how it went");

        group.MapPatch("/{name}", async (string name, HttpContext http, ProviderService service) =>
            {
                var body = await Body.ReadAsync<EditProviderBody>(http);
                return TypedResults.Json(
                    await service.ChangeAsync(http.Caller(), name, body, http.RequestAborted), RestJson.Default.ProviderModel);
            })
            .Accepts<EditProviderBody>("application/json").Edits(ObjectKinds.Provider).Produces<ProviderModel>()
            .WithSummary("Change servers, trust, identity or credential of a key provider, or make it the default");

        group.MapPost("/{name}/csr", async (string name, bool? newKey, HttpContext http, ProviderService service) =>
                TypedResults.Json(
                    await service.RequestCertificateAsync(http.Caller(), name, newKey ?? false, http.RequestAborted),
                    RestJson.Default.PemBody))
            .Produces<PemBody>().WithSummary("A request for a client certificate, for the KMS's administrator to sign");

        group.MapPost("/{name}/certificate", async (string name, bool? force, HttpContext http, ProviderService service) =>
            {
                var body = await Body.ReadAsync<PemBody>(http);
                return TypedResults.Json(
                    await service.InstallCertificateAsync(http.Caller(), name, body, force ?? false, http.RequestAborted),
                    RestJson.Default.ProviderModel);
            })
            .Accepts<PemBody>("application/json")
            .Edits(ObjectKinds.Provider).Produces<ProviderModel>().WithSummary("Install the signed client certificate");

        group.MapGet("/{name}/identity", async (string name, HttpContext http, ProviderService service) => TypedResults.Json(
                await service.IdentityAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.ProviderIdentityModel))
            .Produces<ProviderIdentityModel>().WithSummary("The client identity in use, the former one, and the one that waits");

        group.MapPost("/{name}/identity/renew", async (string name, HttpContext http, ProviderService service) =>
            {
                var body = await Body.ReadAsync<RenewIdentityBody>(http);
                return TypedResults.Json(
                    await service.RenewAsync(http.Caller(), name, body, http.RequestAborted), RestJson.Default.ProviderModel);
            })
            .Accepts<RenewIdentityBody>("application/json")
            .Edits(ObjectKinds.Provider).Produces<ProviderModel>().WithSummary("Renew the client identity");

        group.MapPost("/{name}/identity/restore", async (string name, bool? force, HttpContext http, ProviderService service) =>
                TypedResults.Json(
                    await service.RestoreAsync(http.Caller(), name, force ?? false, http.RequestAborted),
                    RestJson.Default.ProviderModel))
            .Edits(ObjectKinds.Provider).Produces<ProviderModel>().WithSummary("Put the former client identity back");

        group.MapDelete("/{name}", async (string name, bool? force, HttpContext http, ProviderService service) =>
            {
                await service.RemoveAsync(http.Caller(), name, force ?? false, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Provider).Produces(StatusCodes.Status204NoContent).WithSummary("Remove a key provider");

        api.MapGet("/broker", async (HttpContext http, ProviderService service) => TypedResults.Json(
                await service.BrokerAsync(http.Caller(), http.RequestAborted), RestJson.Default.BrokerModel))
            .Produces<BrokerModel>().WithTags("key providers").WithSummary("The broker's receive key");
    }
}
