using Lorica.ControlPlane.Access;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Lets only signed-in callers pass, and says who they are.</summary>
internal sealed class CallerFilter(SignInService signIn, AccountLimits limits) : IEndpointFilter
{
    private const string Scheme = "Bearer ";

    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var caller = await signIn.AuthenticateAsync(Token(http), http.RequestAborted);
        using var lease = limits.Take(caller);
        caller = caller with { Origin = Origin(http, caller.Origin?.SessionId ?? "") };
        http.Items[typeof(Caller)] = caller;
        using var acting = CurrentCaller.Enter(caller);
        return await next(context);
    }

    /// <summary>From where a request is, for audit events.</summary>
    public static RequestOrigin Origin(HttpContext http, string sessionId) =>
        new(ClientAddress.Exact(http), sessionId, CorrelationId.Of(http));

    /// <summary>The token of a request.</summary>
    public static string? Token(HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        return header is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[Scheme.Length..].Trim()
            : null;
    }
}
