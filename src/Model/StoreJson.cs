using System.Text.Json;
using System.Text.Json.Serialization;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Model;

/// <summary>Source-generated JSON of what the database keeps as text.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Fault))]
[JsonSerializable(typeof(List<KeyReason>))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(PolicyBatchArguments))]
[JsonSerializable(typeof(List<ServerModel>))]
[JsonSerializable(typeof(VmTaskArguments))]
[JsonSerializable(typeof(FirstTaskArguments))]
[JsonSerializable(typeof(TaskNotesModel))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class StoreJson : JsonSerializerContext;
