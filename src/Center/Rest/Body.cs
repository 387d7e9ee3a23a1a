using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Center.Rest;

/// <summary>
/// Reads JSON bodies: bounded, shallow, every member known, none missing, none null where a value must be. Whatever is wrong is
/// one refusal that names the place.
/// </summary>
internal static class Body
{
    /// <summary>Most bytes of a body, but for imports.</summary>
    public const int Maximum = 64 * 1024;

    private static readonly RestJson Strict = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = 16,
    });

    /// <summary>Reads the body of <paramref name="http"/> as <typeparamref name="T"/>.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext http)
        where T : class
    {
        if (!http.Request.HasJsonContentType())
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.mediaType", http.Request.Path,
                "The body must be application/json.", "Set Content-Type."));
        }

        using var buffer = new MemoryStream();
        byte[] chunk = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            if (buffer.Length + read > Maximum)
            {
                throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.bodyTooLarge", http.Request.Path,
                    $"The body is larger than {Maximum} bytes.", "Send less."));
            }

            buffer.Write(chunk, 0, read);
        }

        return Parse<T>(buffer.GetBuffer().AsSpan(0, (int)buffer.Length), http.Request.Path);
    }

    /// <summary>Parses JSON as strictly as a body.</summary>
    public static T Parse<T>(ReadOnlySpan<byte> json, string target)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T))!)
                ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            string place = e is JsonException { Path: { Length: > 1 } path } ? $" at {path}" : "";
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.malformedBody", target,
                $"The body is not the JSON that this operation takes{place}.",
                "See the API at /docs."), e);
        }
    }
}
