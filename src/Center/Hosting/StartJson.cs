using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lorica.Center.Hosting;

/// <summary>JSON of the commands' output.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InitResult))]
[JsonSerializable(typeof(IssueResult))]
internal sealed partial class StartJson : JsonSerializerContext;
