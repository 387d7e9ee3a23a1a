using System.Text.Json;
using System.Text.Json.Serialization;
using Lorica.Cli.Commands;
using Lorica.Contracts.Rest;

namespace Lorica.Cli;

/// <summary>Source-generated JSON of the command line's own shapes.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SignedInModel))]
[JsonSerializable(typeof(DiskInfoModel))]
[JsonSerializable(typeof(ListModel<ProviderStatusModel>))]
internal sealed partial class CliJson : JsonSerializerContext;
