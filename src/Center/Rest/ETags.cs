using System.Security.Cryptography;
using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Lorica.Center.Rest;

/// <summary>
/// Revisions over HTTP: <c>ETag</c> with what a GET shows, <c>If-None-Match</c> with a read (304), <c>If-Match</c> with an edit
/// (412; the comparison itself is <see cref="Revisions"/>'). A tag is the object's revision and a digest of what was shown: an
/// edit is held against the first alone, so a VM that was powered on or a disk that filled up
/// meanwhile does not stand in its way unless a person did it.
/// </summary>
internal static class ETags
{
    private const char Separator = '.';
    private const int DigestBytes = 6, Attempts = 3;

    /// <summary>Shows a revision with the answer.</summary>
    /// <param name="route">A GET that answers with <typeparamref name="T"/>.</param>
    /// <param name="about">Kind and id of the object that was shown.</param>
    public static RouteHandlerBuilder Revised<T>(
        this RouteHandlerBuilder route, Func<HttpContext, T, (string Kind, string Id)> about) =>
        route.AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            var revisions = http.RequestServices.GetRequiredService<Revisions>();
            object? result = null;
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                long latest = await revisions.LatestAsync(http.RequestAborted);
                result = await next(context);
                if (result is not JsonHttpResult<T> { Value: { } model } json)
                {
                    return result;
                }

                var (kind, id) = about(http, model);
                if (await revisions.OfAsync(kind, id, latest, http.RequestAborted) is { } revision)
                {
                    return Tag(http, json, $"{revision}{Separator}{DigestOf(json)}");
                }
            }

            // It changes all the time: shown without a tag, rather than with one that may be newer than what is shown.
            return result;
        });

    /// <summary>Lets <c>If-Match</c> name the revision of the object that a request edits.</summary>
    /// <param name="route">A request that changes something.</param>
    /// <param name="kinds">Kinds of object that it edits; nothing else that happens on the way is held against the tag.</param>
    public static RouteHandlerBuilder Edits(this RouteHandlerBuilder route, params string[] kinds) =>
        route.WithMetadata(new EditedKinds(kinds));

    /// <summary>The revision that the caller means to edit; null when they do not say, or says any (<c>*</c>).</summary>
    public static string? IfMatch(this HttpContext http)
    {
        var header = http.Request.Headers.IfMatch;
        if (header.Count == 0 || header is ["*"])
        {
            return null;
        }

        return header is [{ } value] && EntityTagHeaderValue.TryParse(value, out var tag) && !tag.IsWeak
            ? tag.Tag.Value!.Trim('"').Split(Separator)[0]
            : throw Refused(
                http, "If-Match names one strong revision, as an ETag gave it.", "Send the ETag of the object that you edit.");
    }

    /// <summary>A refusal of <c>If-Match</c>.</summary>
    public static FaultException Refused(HttpContext http, string message, string hint) =>
        new(new Fault(FaultTypes.InvalidArgument, "lorica.ifMatch", http.Request.Path, message, hint));

    private static string DigestOf<T>(JsonHttpResult<T> json) => Convert.ToHexStringLower(
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(json.Value, RestJson.Default.GetTypeInfo(typeof(T))!))
            .AsSpan(0, DigestBytes));

    private static IResult Tag<T>(HttpContext http, JsonHttpResult<T> json, string text)
    {
        var tag = new EntityTagHeaderValue($"\"{text}\"");
        http.Response.GetTypedHeaders().ETag = tag;
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : json;
    }
}
