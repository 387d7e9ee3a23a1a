using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lorica.Cli.Profiles;

/// <summary>Source-generated JSON of the profile file.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Profile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
