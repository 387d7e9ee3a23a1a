using Lorica.ControlPlane.Tasks;

namespace Lorica.Center.Rest;

/// <summary>
/// Hands <c>If-Match</c> on to the control plane; where nothing would be compared the header is refused rather than ignored.
/// </summary>
internal sealed class IfMatchFilter : IEndpointFilter
{
    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (HttpMethods.IsGet(http.Request.Method) || http.IfMatch() is not { } revision)
        {
            return await next(context);
        }

        if (http.GetEndpoint()?.Metadata.GetMetadata<EditedKinds>() is not { } edited)
        {
            throw ETags.Refused(http, "What this request changes has no revision.", "Leave If-Match out.");
        }

        using (ExpectedRevision.Enter(revision, edited.Kinds))
        {
            return await next(context);
        }
    }
}
