using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lorica.Contracts.Rest;

/// <summary>
/// Source-generated JSON of every shape of the REST API: camelCase, unknown members refused on input by the center.
/// </summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(SessionModel))]
[JsonSerializable(typeof(ProblemModel))]
[JsonSerializable(typeof(PolicyModel))]
[JsonSerializable(typeof(ListModel<PolicyModel>))]
[JsonSerializable(typeof(VmModel))]
[JsonSerializable(typeof(ListModel<VmModel>))]
[JsonSerializable(typeof(CreateVmBody))]
[JsonSerializable(typeof(SetPolicyBody))]
[JsonSerializable(typeof(RecryptBody))]
[JsonSerializable(typeof(PowerBody))]
[JsonSerializable(typeof(TaskModel))]
[JsonSerializable(typeof(ListModel<TaskModel>))]
[JsonSerializable(typeof(ProbeBody))]
[JsonSerializable(typeof(CertificateModel))]
[JsonSerializable(typeof(AddProviderBody))]
[JsonSerializable(typeof(ProviderModel))]
[JsonSerializable(typeof(ListModel<ProviderModel>))]
[JsonSerializable(typeof(ProviderStatusModel))]
[JsonSerializable(typeof(BrokerModel))]
[JsonSerializable(typeof(HostModel))]
[JsonSerializable(typeof(ListModel<HostModel>))]
[JsonSerializable(typeof(EventModel))]
[JsonSerializable(typeof(ListModel<EventModel>))]
[JsonSerializable(typeof(HealthModel))]
public sealed partial class RestJson : JsonSerializerContext;
