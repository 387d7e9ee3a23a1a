using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>Storage policies, compliance, settings.</summary>
internal sealed partial class CenterClient
{
    public Task<ListModel<PolicyModel>> PoliciesAsync(CancellationToken ct)
        => GetAsync(Api + "policies", RestJson.Default.ListModelPolicyModel, ct);

    public Task<PolicyModel> PolicyAsync(string policy, CancellationToken ct) =>
        GetAsync(Policy(policy), RestJson.Default.PolicyModel, ct);

    public Task<PolicyModel> CreatePolicyAsync(CreatePolicyBody body, CancellationToken ct)
        => PostAsync(Api + "policies", body, RestJson.Default.CreatePolicyBody, RestJson.Default.PolicyModel, ct);

    public Task<PolicyModel> ClonePolicyAsync(string policy, ClonePolicyBody body, CancellationToken ct)
        => PostAsync(Policy(policy) + "/clone", body, RestJson.Default.ClonePolicyBody, RestJson.Default.PolicyModel, ct);

    public Task<PolicyModel> EditPolicyAsync(string policy, EditPolicyBody body, CancellationToken ct)
        => SendAsync(
            HttpMethod.Patch, Policy(policy), JsonBody(body, RestJson.Default.EditPolicyBody), RestJson.Default.PolicyModel, null,
            ct, Policy(policy));

    public Task DeletePolicyAsync(string policy, CancellationToken ct) => DeleteAsync(Policy(policy), ct);

    public Task<TaskModel> ApplyPolicyAsync(string policy, ApplyPolicyBody body, CancellationToken ct)
        => PostAsync(Policy(policy) + "/apply", body, RestJson.Default.ApplyPolicyBody, RestJson.Default.TaskModel, ct);

    public Task<PolicyReportModel> PolicyReportAsync(string task, CancellationToken ct)
        => GetAsync($"{Api}policies/reports/{Escape(task)}", RestJson.Default.PolicyReportModel, ct);

    public Task<PreflightModel> CheckPolicyAsync(string vm, SetPolicyBody body, CancellationToken ct)
        => PostAsync(Vm(vm) + "/policy/check", body, RestJson.Default.SetPolicyBody, RestJson.Default.PreflightModel, ct);

    public Task<ListModel<ComplianceModel>> ComplianceAsync(CancellationToken ct)
        => GetAsync(Api + "compliance", RestJson.Default.ListModelComplianceModel, ct);

    public Task<ComplianceModel> ComplianceAsync(string vm, CancellationToken ct)
        => GetAsync(Vm(vm) + "/compliance", RestJson.Default.ComplianceModel, ct);

    public Task<TagsModel> DatastoreTagsAsync(string datastore, CancellationToken ct)
        => GetAsync($"{Api}datastores/{Escape(datastore)}/tags", RestJson.Default.TagsModel, ct);

    public Task<TagsModel> SetDatastoreTagsAsync(string datastore, TagsModel tags, CancellationToken ct)
        => SendAsync(HttpMethod.Put, $"{Api}datastores/{Escape(datastore)}/tags", JsonBody(tags, RestJson.Default.TagsModel),
            RestJson.Default.TagsModel, null, ct, $"{Api}datastores/{Escape(datastore)}/tags");

    public Task SetProviderRunsInAsync(string provider, string? vm, CancellationToken ct)
        => PutAsync(
            $"{Api}providers/{Escape(provider)}/runs-in", JsonBody(new RunsInModel(vm), RestJson.Default.RunsInModel), ct);

    public Task<ListModel<SettingModel>> SettingsAsync(CancellationToken ct)
        => GetAsync(Api + "settings", RestJson.Default.ListModelSettingModel, ct);

    public Task SetSettingAsync(string name, string value, CancellationToken ct)
        => PutAsync($"{Api}settings/{Escape(name)}", JsonBody(new SettingModel(name, value), RestJson.Default.SettingModel), ct);

    public Task RemoveSettingAsync(string name, CancellationToken ct) => DeleteAsync($"{Api}settings/{Escape(name)}", ct);

    /// <summary>PUT that is answered without a body.</summary>
    private async Task PutAsync(string path, HttpContent? content, CancellationToken ct)
    {
        using var limit = Limit(Patience, ct);
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = content };
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token, ct);
        await ThrowIfRefusedAsync(request, response, limit.Token);
    }

    private static string Policy(string policy) => $"{Api}policies/{Escape(policy)}";
}
