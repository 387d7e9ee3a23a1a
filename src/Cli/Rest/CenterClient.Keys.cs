using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>Changes of key providers, and keys.</summary>
internal sealed partial class CenterClient
{
    /// <summary>Every key is asked for at its KMS.</summary>
    private static readonly TimeSpan CheckPatience = TimeSpan.FromMinutes(5);

    public Task<ProviderModel> ChangeProviderAsync(string name, EditProviderBody body, CancellationToken ct)
        => SendAsync(HttpMethod.Patch, Provider(name), JsonBody(body, RestJson.Default.EditProviderBody),
            RestJson.Default.ProviderModel, null, ct, Provider(name));

    public Task<PemBody> RequestCertificateAsync(string name, CancellationToken ct)
        => SendAsync(HttpMethod.Post, Provider(name) + "/csr", null, RestJson.Default.PemBody, null, ct);

    public Task<ProviderModel> UploadCertificateAsync(string name, string pem, CancellationToken ct)
        => PostAsync(
            Provider(name) + "/certificate", new PemBody(pem), RestJson.Default.PemBody, RestJson.Default.ProviderModel, ct);

    public Task<ListModel<KeyInfoModel>> KeysAsync(string? provider, CancellationToken ct)
        => GetAsync(
            Api + "keys" + (provider is null ? "" : "?provider=" + Escape(provider)), RestJson.Default.ListModelKeyInfoModel, ct);

    public Task<KeyInfoModel> KeyAsync(string provider, string id, bool live, CancellationToken ct)
        => GetAsync($"{Key(provider, id)}{(live ? "?live=true" : "")}", RestJson.Default.KeyInfoModel, ct);

    public Task<KeyInfoModel> GenerateKeyAsync(GenerateKeyBody body, CancellationToken ct)
        => PostAsync(Api + "keys", body, RestJson.Default.GenerateKeyBody, RestJson.Default.KeyInfoModel, ct);

    public Task<TaskModel?> RemoveKeyAsync(string provider, string id, bool force, CancellationToken ct)
        => DeleteAsync($"{Key(provider, id)}{(force ? "?force=true" : "")}", ct);

    public Task<KeyInfoModel> RestoreKeyAsync(string provider, string id, CancellationToken ct)
        => PostAsync(
            Api + "keys/restore", new KeyRefBody(provider, id), RestJson.Default.KeyRefBody, RestJson.Default.KeyInfoModel, ct);

    public Task<ListModel<KeyInfoModel>> CheckKeysAsync(CancellationToken ct)
        => SendAsync(HttpMethod.Post, Api + "keys/check", null, RestJson.Default.ListModelKeyInfoModel, CheckPatience, ct);

    private static string Provider(string name) => $"{Api}providers/{Escape(name)}";

    private static string Key(string provider, string id) =>
        $"{Api}keys/{Escape(provider)}/{string.Join('/', id.Split('/').Select(Escape))}";
}
