using System.Text.Json.Serialization.Metadata;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane;
using Microsoft.Net.Http.Headers;

namespace Lorica.Center.Rest;

/// <summary>Revisions over HTTP: <c>ETag</c> with an answer, <c>If-Match</c> with an edit (412), <c>If-None-Match</c> with a
/// read (304).</summary>
internal static class ETags
{
    /// <summary>The revision that the caller means to edit; null when he does not say, or says any (<c>*</c>).</summary>
    public static string? IfMatch(this HttpContext http)
    {
        var header = http.Request.Headers.IfMatch;
        if (header.Count == 0 || header is ["*"])
        {
            return null;
        }

        return header is [{ } value] && EntityTagHeaderValue.TryParse(value, out var tag) && !tag.IsWeak
            ? tag.Tag.Value!.Trim('"')
            : throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.ifMatch", http.Request.Path,
                "If-Match names one strong revision, as an ETag gave it.", "Send the ETag of the object that you edit."));
    }

    /// <summary>Answers with <paramref name="model"/> and its revision, or with 304 when the caller has it.</summary>
    public static IResult Tagged<T>(this HttpContext http, T model, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        var tag = new EntityTagHeaderValue($"\"{Revision.Of(model, type)}\"");
        http.Response.GetTypedHeaders().ETag = tag;
        return HttpMethods.IsGet(http.Request.Method) && http.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Json(model, type, statusCode: status);
    }
}
