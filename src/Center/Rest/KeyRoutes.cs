using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Keys;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Key encryption keys: ids and what is known of them, never a key.</summary>
internal static class KeyRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/keys").WithTags("keys");
        group.MapGet("", async (string? provider, HttpContext http, KeyService service) => TypedResults.Json(
                new ListModel<KeyInfoModel>(await service.ListAsync(http.Caller(), provider, http.RequestAborted)),
                RestJson.Default.ListModelKeyInfoModel))
            .Paged<KeyInfoModel>(
                k => k.Provider + "\0" + k.Id, ("state", k => k.State), ("label", k => k.Label), ("fault", k => k.Fault))
            .Produces<ListModel<KeyInfoModel>>().WithSummary("List keys and who uses them");

        group.MapPost("", async (HttpContext http, KeyService service) =>
            {
                var body = await Body.ReadAsync<GenerateKeyBody>(http);
                var key = await service.GenerateAsync(http.Caller(), body, http.RequestAborted);
                return TypedResults.Json(key, RestJson.Default.KeyInfoModel, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<GenerateKeyBody>("application/json").Produces<KeyInfoModel>(StatusCodes.Status201Created)
            .WithSummary("Make a key ahead");

        group.MapPost("/check", async (HttpContext http, KeyService service) => TypedResults.Json(
                new ListModel<KeyInfoModel>(await service.CheckAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelKeyInfoModel))
            .Produces<ListModel<KeyInfoModel>>().WithSummary("Check all keys and certificates on their KMS now");

        group.MapPost("/restore", async (HttpContext http, KeyService service) =>
            {
                var body = await Body.ReadAsync<KeyRefBody>(http);
                return TypedResults.Json(
                    await service.RestoreAsync(http.Caller(), body.Provider ?? "", body.Id ?? "", http.RequestAborted),
                    RestJson.Default.KeyInfoModel);
            })
            .Accepts<KeyRefBody>("application/json").Produces<KeyInfoModel>().WithSummary("Take a removal by force back");

        // An identifier is the KMS's own and may hold slashes.
        group.MapGet("/{provider}/{**id}",
            async (string provider, string id, bool? live, HttpContext http, KeyService service) => TypedResults.Json(
                live == true
                    ? await service.StatusAsync(http.Caller(), provider, id, http.RequestAborted)
                    : await service.GetAsync(http.Caller(), provider, id, http.RequestAborted),
                RestJson.Default.KeyInfoModel))
            .Revised<KeyInfoModel>((_, k) => (ObjectKinds.Key, ObjectRef.Key(k.Provider, k.Id).Id))
            .Produces<KeyInfoModel>().WithSummary("One key; with live=true as its KMS has it now");

        group.MapDelete("/{provider}/{**id}",
            async (string provider, string id, bool? force, HttpContext http, KeyService service) =>
            {
                await service.RemoveAsync(http.Caller(), provider, id, force ?? false, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Key).Produces(StatusCodes.Status204NoContent).WithSummary("Forget a key; the KMS keeps it");
    }
}
