using System.Security.Cryptography;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Store;

namespace Lorica.Center.Rest;

/// <summary>
/// <c>Idempotency-Key</c> on any POST with a JSON body: whoever did not get the answer asks again with the same key and gets the
/// answer of the first time. Refusals are not kept: they changed nothing.
/// </summary>
internal sealed class IdempotencyFilter(IdempotencyStore answers) : IEndpointFilter
{
    /// <summary>Name of the header.</summary>
    public const string Header = "Idempotency-Key";

    private const int MaximumKey = 128;

    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var header = http.Request.Headers[Header];
        if (header.Count == 0 || !HttpMethods.IsPost(http.Request.Method) || !http.Request.HasJsonContentType())
        {
            return await next(context);
        }

        var (user, key) = (http.Caller().User, Key(http, header));
        if (await answers.BeginAsync(user, key, await HashAsync(http), http.RequestAborted) is { } before)
        {
            return TypedResults.Bytes(before.Body ?? [], before.ContentType) is var bytes && before.Body is { Length: > 0 }
                ? new Repeated(bytes, before.Status)
                : TypedResults.StatusCode(before.Status);
        }

        try
        {
            return await KeepAsync(http, user, key, await next(context));
        }
        catch (FaultException)
        {
            await answers.ForgetAsync(user, key, CancellationToken.None);
            throw;
        }
    }

    private static string Key(HttpContext http, Microsoft.Extensions.Primitives.StringValues header) =>
        header is [{ Length: > 0 and <= MaximumKey } key] && key.All(char.IsAscii)
            ? key
            : throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.idempotencyKey", http.Request.Path,
                $"An idempotency key is 1 to {MaximumKey} ASCII characters.", "Take a random UUID."));

    private static async Task<string> HashAsync(HttpContext http)
    {
        http.Request.EnableBuffering(Body.Maximum, Body.Maximum);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n"));
        var chunk = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            hash.AppendData(chunk.AsSpan(0, read));
        }

        http.Request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The answer is written aside, kept, and only then sent: a client that has it can rely on it.</summary>
    private async Task<object?> KeepAsync(HttpContext http, string user, string key, object? result)
    {
        if (result is not IResult answer)
        {
            return result;
        }

        var body = http.Response.Body;
        using var aside = new MemoryStream();
        http.Response.Body = aside;
        try
        {
            await answer.ExecuteAsync(http);
            await http.Response.Body.FlushAsync(http.RequestAborted);
        }
        finally
        {
            http.Response.Body = body;
        }

        if (http.Response.StatusCode < StatusCodes.Status400BadRequest)
        {
            await answers.EndAsync(
                user, key, http.Response.StatusCode, http.Response.ContentType ?? "", aside.ToArray(), CancellationToken.None);
        }
        else
        {
            await answers.ForgetAsync(user, key, CancellationToken.None);
        }

        await body.WriteAsync(aside.GetBuffer().AsMemory(0, (int)aside.Length), http.RequestAborted);
        return TypedResults.Empty;
    }

    private sealed class Repeated(IResult answer, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.Headers["Idempotency-Replayed"] = "true";
            return answer.ExecuteAsync(httpContext);
        }
    }
}
