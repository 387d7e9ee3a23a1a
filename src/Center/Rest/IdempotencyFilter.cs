using System.Security.Cryptography;
using System.Text;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Store;

namespace Lorica.Center.Rest;

/// <summary>
/// <c>Idempotency-Key</c> on any POST with a JSON body or none: whoever did not get the answer asks again with the same key and
/// gets the answer of the first time. Refusals are not kept: they changed nothing. An answer that tells a secret is not kept
/// either: asking again says that it was done, and does nothing.
/// </summary>
internal sealed class IdempotencyFilter(IdempotencyStore answers) : IEndpointFilter
{
    /// <summary>Name of the header.</summary>
    public const string Header = "Idempotency-Key";

    private const int MaximumKey = 128;

    /// <summary>As slow as the hash of a password.</summary>
    private const int SlowRounds = 210_000;

    /// <inheritdoc />
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var header = http.Request.Headers[Header];
        if (header.Count == 0 || !HttpMethods.IsPost(http.Request.Method))
        {
            return await next(context);
        }

        var (user, key) = (http.Caller().User, Key(http, header));
        var secrecy = http.GetEndpoint()?.Metadata.GetMetadata<Secrecy>() ?? new Secrecy();
        if (await answers.BeginAsync(user, key, await HashAsync(http, secrecy.Request ? key : null), http.RequestAborted)
            is { } before)
        {
            if (secrecy.Answer)
            {
                throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.idempotencySecret", http.Request.Path,
                    "The first request with this idempotency key was done. Its answer told a secret, which is told only once and "
                        + "kept nowhere.",
                    "If that answer was lost, remove what it made (lorica token ls, lorica token revoke) "
                        + "and ask with a new key."));
            }

            return TypedResults.Bytes(before.Body ?? [], before.ContentType) is var bytes && before.Body is { Length: > 0 }
                ? new Repeated(bytes, before.Status)
                : TypedResults.StatusCode(before.Status);
        }

        try
        {
            return await KeepAsync(http, user, key, await next(context), keepBody: !secrecy.Answer);
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

    /// <param name="http">The request.</param>
    /// <param name="slow">Salt of a slow hash; null for a fast one.</param>
    private static async Task<string> HashAsync(HttpContext http, string? slow)
    {
        if (!http.Request.HasJsonContentType() && http.Request.ContentLength is not (null or 0))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.idempotencyKey", http.Request.Path,
                "A stream is not kept, so it cannot be compared with a repetition.",
                "Leave the key out: a name is taken only once."));
        }

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
        var digest = hash.GetHashAndReset();
        return Convert.ToHexStringLower(slow is null
            ? digest
            : Rfc2898DeriveBytes.Pbkdf2(
                digest, Encoding.UTF8.GetBytes(slow), SlowRounds, HashAlgorithmName.SHA512, digest.Length));
    }

    /// <summary>The answer is written aside, kept, and only then sent: a client that has it can rely on it.</summary>
    private async Task<object?> KeepAsync(HttpContext http, string user, string key, object? result, bool keepBody)
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
                user, key, http.Response.StatusCode, http.Response.ContentType ?? "", keepBody ? aside.ToArray() : [],
                CancellationToken.None);
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
