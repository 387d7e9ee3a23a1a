using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Policies;

namespace Lorica.Center.Rest;

/// <summary>Storage policies.</summary>
internal static class PolicyRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapPolicies(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/policies").WithTags("storage policies");
        group.MapGet("", async (HttpContext http, PolicyService policies) => TypedResults.Json(
                new ListModel<PolicyModel>([.. (await policies.ListAsync(http.Caller(), http.RequestAborted)).Select(p => p.ToModel())]),
                RestJson.Default.ListModelPolicyModel))
            .Produces<ListModel<PolicyModel>>().WithSummary("List storage policies");
    }
}
