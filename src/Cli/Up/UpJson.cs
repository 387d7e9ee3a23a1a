using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lorica.Cli.Up;

/// <summary>Source-generated JSON of what <c>lorica up</c> reads, writes and prints.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UpState))]
[JsonSerializable(typeof(List<ChildRecord>))]
[JsonSerializable(typeof(UpEvent))]
[JsonSerializable(typeof(IssuedLine))]
[JsonSerializable(typeof(InitLine))]
[JsonSerializable(typeof(KmsConfig))]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlReply))]
internal sealed partial class UpJson : JsonSerializerContext;
