using System.Text.Json;
using System.Text.Json.Serialization;
using Lorica.Broker.Hosts;

namespace Lorica.Broker.Providers;

/// <summary>Source-generated JSON of the broker's own files.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ProviderEntry))]
[JsonSerializable(typeof(Dictionary<string, PinnedHost>))]
internal sealed partial class BrokerJson : JsonSerializerContext;
