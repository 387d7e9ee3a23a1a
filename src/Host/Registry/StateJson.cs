using System.Text.Json.Serialization;
using Lorica.Host.Joining;
using Lorica.Host.Keys;
using Lorica.Host.Power;

namespace Lorica.Host.Registry;

/// <summary>Source-generated JSON of the host's own state files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(VmRegistration))]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(OldRunState))]
[JsonSerializable(typeof(CryptoState))]
[JsonSerializable(typeof(JoinedAs))]
[JsonSerializable(typeof(DatastoreMark))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class StateJson : JsonSerializerContext;
