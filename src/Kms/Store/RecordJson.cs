using System.Text.Json.Serialization;

namespace Lorica.Kms.Store;

/// <summary>JSON of object files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ObjectRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
