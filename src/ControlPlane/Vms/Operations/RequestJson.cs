using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Requests of operations as JSON: what a grain is sent and what a task keeps.</summary>
internal static class RequestJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Of a request.</summary>
    public static JsonElement Write(object request) => JsonSerializer.SerializeToElement(request, request.GetType(), Options);

    /// <summary>The request.</summary>
    public static T Read<T>(JsonElement json)
        where T : class => json.Deserialize<T>(Options) ?? throw new JsonException("A request is null.");
}
