using System.Text.Json.Serialization;

namespace Lorica.Kms.Audit;

/// <summary>JSON of audit lines.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class AuditJson : JsonSerializerContext;
