using System.Text;
using Lorica.Contracts.Faults;
using Lorica.Store;

namespace Lorica.Center.Rest;

/// <summary>
/// <c>Idempotency-Key</c> on any POST with a JSON body or none: whoever did not get the answer asks again with the same key and
/// gets the answer of the first time. Refusals are not kept: they changed nothing. An answer that tells a secret is not kept
/// either: asking again says that it was done, and does nothing. An answer belongs to who asked: to the account's sessions, or to
/// the one API token, whose scope another token need not have. Nothing dear is done here, because nobody knows yet whether the
/// caller may.
/// </summary>
internal sealed class IdempotencyFilter(IdempotencyStore answers, RequestFingerprints fingerprints) : IEndpointFilter
{
    /// <summary>Name of the header.</summary>
    public const string Header = "Idempotency-Key";

    private const int MaximumKey = 128;

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
        bool secret = http.GetEndpoint()?.Metadata.GetMetadata<SecretAnswer>() is not null;
        if (await answers.BeginAsync(user, key, await FingerprintAsync(http), http.RequestAborted)
            is { } before)
        {
            if (secret)
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
            return await KeepAsync(http, user, key, await next(context), keepBody: !secret);
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

    private async Task<string> FingerprintAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType() && http.Request.ContentLength is not (null or 0))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.idempotencyKey", http.Request.Path,
                "A stream is not kept, so it cannot be compared with a repetition.",
                "Leave the key out: a name is taken only once."));
        }

        http.Request.EnableBuffering(Body.Maximum, Body.Maximum);
        using var hash = fingerprints.Begin();
        foreach (string part in new[]
        {
            http.Caller().TokenId, http.Request.Method, http.Request.Path.Value ?? "", http.Request.QueryString.Value ?? "",
        })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        byte[] chunk = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            hash.AppendData(chunk.AsSpan(0, read));
        }

        http.Request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
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
