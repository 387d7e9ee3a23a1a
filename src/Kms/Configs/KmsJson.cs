using System.Text.Json;
using System.Text.Json.Serialization;
using Lorica.Kms.Clients;

namespace Lorica.Kms.Configs;

/// <summary>Source-generated JSON of the configuration; comments allowed, unknown members refused.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KmsConfig))]
[JsonSerializable(typeof(HandOverRecord))]
internal sealed partial class KmsJson : JsonSerializerContext;
