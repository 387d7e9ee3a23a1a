using System.Globalization;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>One method per resource of the API.</summary>
internal sealed partial class CenterClient
{
    private const string Api = "api/v1/";

    public Task<HealthModel> HealthAsync(CancellationToken ct)
        => GetAsync("health", RestJson.Default.HealthModel, ct, TimeSpan.FromSeconds(10));

    public Task<SessionModel> SignInAsync(string user, string password, CancellationToken ct)
        => PostAsync(Api + "session", new SignInRequest(user, password), RestJson.Default.SignInRequest,
            RestJson.Default.SessionModel, ct);

    public Task SignOutAsync(CancellationToken ct) => DeleteAsync(Api + "session", ct);

    public Task<ListModel<VmModel>> VmsAsync(CancellationToken ct)
        => GetAsync(Api + "vms", RestJson.Default.ListModelVmModel, ct);

    public Task<VmModel> VmAsync(string vm, CancellationToken ct) => GetAsync(Vm(vm), RestJson.Default.VmModel, ct);

    public Task<TaskModel> CreateVmAsync(CreateVmBody body, CancellationToken ct)
        => PostAsync(Api + "vms", body, RestJson.Default.CreateVmBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> ImportVmAsync(HttpContent disks, CancellationToken ct)
        => SendAsync(HttpMethod.Post, Api + "vms/import", disks, RestJson.Default.TaskModel, Timeout.InfiniteTimeSpan, ct);

    public Task<TaskModel?> DeleteVmAsync(string vm, CancellationToken ct) => DeleteAsync(Vm(vm), ct);

    public Task<TaskModel> SetPolicyAsync(string vm, SetPolicyBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/policy", body, RestJson.Default.SetPolicyBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> RecryptAsync(string vm, RecryptBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/recrypt", body, RestJson.Default.RecryptBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> CloneVmAsync(string vm, CloneVmBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/clone", body, RestJson.Default.CloneVmBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> RelocateVmAsync(string vm, RelocateVmBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/relocate", body, RestJson.Default.RelocateVmBody, RestJson.Default.TaskModel, ct);

    public Task<TaskModel> PowerAsync(string vm, PowerBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/power", body, RestJson.Default.PowerBody, RestJson.Default.TaskModel, ct);

    public Task<ListModel<TaskModel>> TasksAsync(CancellationToken ct, string query = "")
        => GetAsync(Api + "tasks" + query, RestJson.Default.ListModelTaskModel, ct);

    public Task<TaskModel> CancelTaskAsync(string id, CancellationToken ct)
        => SendAsync(
            HttpMethod.Post, $"{Api}tasks/{Escape(id)}/cancel", content: null, RestJson.Default.TaskModel, patience: null, ct);

    public Task<ListModel<AlarmModel>> AlarmsAsync(string query, CancellationToken ct)
        => GetAsync(Api + "alarms" + query, RestJson.Default.ListModelAlarmModel, ct);

    public Task<AlarmModel> AcknowledgeAlarmAsync(long number, CancellationToken ct)
        => SendAsync(
            HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"{Api}alarms/{number}/acknowledge"), content: null,
            RestJson.Default.AlarmModel, patience: null, ct);

    /// <summary>
    /// The task; with <paramref name="waitSeconds"/> the answer comes at its next change, or after so many seconds.
    /// </summary>
    public Task<TaskModel> TaskAsync(string id, int waitSeconds, CancellationToken ct)
        => GetAsync($"{Api}tasks/{Escape(id)}?waitSeconds={waitSeconds.ToString(CultureInfo.InvariantCulture)}",
            RestJson.Default.TaskModel, ct, TimeSpan.FromSeconds(waitSeconds + 30));

    public Task<ListModel<ProviderModel>> ProvidersAsync(CancellationToken ct)
        => GetAsync(Api + "providers", RestJson.Default.ListModelProviderModel, ct);

    public Task<ProviderModel> ProviderAsync(string name, CancellationToken ct) =>
        GetAsync(Provider(name), RestJson.Default.ProviderModel, ct);

    public Task<ProviderModel> AddProviderAsync(AddProviderBody body, CancellationToken ct)
        => PostAsync(Api + "providers", body, RestJson.Default.AddProviderBody, RestJson.Default.ProviderModel, ct);

    public Task<CertificateModel> ProbeAsync(string host, int port, string? proxy, CancellationToken ct)
        => PostAsync(Api + "providers/probe", new ProbeBody(host, port, proxy), RestJson.Default.ProbeBody,
            RestJson.Default.CertificateModel, ct);

    public Task<ProviderStatusModel> ProviderStatusAsync(string name, CancellationToken ct)
        => GetAsync($"{Api}providers/{Escape(name)}/status", RestJson.Default.ProviderStatusModel, ct);

    public Task<TaskModel?> RemoveProviderAsync(string name, bool force, CancellationToken ct)
        => DeleteAsync($"{Api}providers/{Escape(name)}{(force ? "?force=true" : "")}", ct);

    public Task<BrokerModel> BrokerAsync(CancellationToken ct) => GetAsync(Api + "broker", RestJson.Default.BrokerModel, ct);

    public Task<ListModel<HostModel>> HostsAsync(CancellationToken ct)
        => GetAsync(Api + "hosts", RestJson.Default.ListModelHostModel, ct);

    public Task<HostModel> HostAsync(string name, CancellationToken ct)
        => GetAsync($"{Api}hosts/{Escape(name)}", RestJson.Default.HostModel, ct);

    public Task<ListModel<EventModel>> EventsAsync(CancellationToken ct, string query = "")
        => GetAsync(Api + "events" + query, RestJson.Default.ListModelEventModel, ct);

    public Task<EventHeadModel> EventHeadAsync(bool verify, CancellationToken ct)
        => GetAsync($"{Api}events/head?verify={(verify ? "true" : "false")}", RestJson.Default.EventHeadModel, ct,
            TimeSpan.FromMinutes(10));

    /// <summary>Lines of an export or a stream, as they come.</summary>
    public IAsyncEnumerable<string> EventLinesAsync(string path, CancellationToken ct) => LinesAsync(Api + "events/" + path, ct);

    private static string Vm(string vm) => $"{Api}vms/{Escape(vm)}";
}
