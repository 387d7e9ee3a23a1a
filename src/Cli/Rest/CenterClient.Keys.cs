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

    /// <summary>The keys in use are read at each server with the new identity first.</summary>
    private static readonly TimeSpan ProofPatience = TimeSpan.FromMinutes(2);

    public Task<PemBody> RequestCertificateAsync(string name, bool newKey, CancellationToken ct)
        => SendAsync(
            HttpMethod.Post, $"{Provider(name)}/csr{(newKey ? "?newKey=true" : "")}", null, RestJson.Default.PemBody, null, ct);

    public Task<ProviderModel> UploadCertificateAsync(string name, string pem, bool force, CancellationToken ct)
        => SendAsync(HttpMethod.Post, $"{Provider(name)}/certificate{(force ? "?force=true" : "")}",
            JsonBody(new PemBody(pem), RestJson.Default.PemBody), RestJson.Default.ProviderModel, ProofPatience, ct);

    public Task<ProviderIdentityModel> ProviderIdentityAsync(string name, CancellationToken ct)
        => GetAsync(Provider(name) + "/identity", RestJson.Default.ProviderIdentityModel, ct);

    public Task<ProviderModel> RenewIdentityAsync(string name, RenewIdentityBody body, CancellationToken ct)
        => SendAsync(HttpMethod.Post, Provider(name) + "/identity/renew", JsonBody(body, RestJson.Default.RenewIdentityBody),
            RestJson.Default.ProviderModel, ProofPatience, ct);

    public Task<ProviderModel> RestoreIdentityAsync(string name, bool force, CancellationToken ct)
        => SendAsync(HttpMethod.Post, $"{Provider(name)}/identity/restore{(force ? "?force=true" : "")}", null,
            RestJson.Default.ProviderModel, ProofPatience, ct);

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
