using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lorica.Contracts.Configs;

/// <summary>Source-generated JSON of the configuration files; comments allowed, unknown members refused.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CenterConfig))]
[JsonSerializable(typeof(HostConfig))]
[JsonSerializable(typeof(BrokerConfig))]
public sealed partial class ConfigJson : JsonSerializerContext;
