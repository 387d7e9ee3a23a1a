using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>Hosts, datastores and the tree.</summary>
internal sealed partial class CenterClient
{
    private static readonly TimeSpan HostPatience = TimeSpan.FromMinutes(2);

    public Task<CertificateModel> ProbeHostAsync(ProbeHostBody body, CancellationToken ct)
        => PostAsync(Api + "hosts/probe", body, RestJson.Default.ProbeHostBody, RestJson.Default.CertificateModel, ct);

    public Task<HostModel> AddHostAsync(AddHostBody body, CancellationToken ct)
        => PostAsync(Api + "hosts", body, RestJson.Default.AddHostBody, RestJson.Default.HostModel, ct, HostPatience);

    public Task RemoveHostAsync(string name, CancellationToken ct) => DeleteAsync($"{Api}hosts/{Escape(name)}", ct);

    public Task<HostModel> MoveHostAsync(string name, string parent, CancellationToken ct)
        => PostAsync($"{Api}hosts/{Escape(name)}/move", new MoveIntoBody(parent), RestJson.Default.MoveIntoBody,
            RestJson.Default.HostModel, ct);

    public Task<HostModel> MaintenanceAsync(string name, bool enter, CancellationToken ct)
        => PostAsync($"{Api}hosts/{Escape(name)}/maintenance", new MaintenanceBody(enter), RestJson.Default.MaintenanceBody,
            RestJson.Default.HostModel, ct);

    public Task<HostModel> HostCryptoAsync(string name, string action, CancellationToken ct)
        => PostAsync($"{Api}hosts/{Escape(name)}/crypto", new HostCryptoBody(action), RestJson.Default.HostCryptoBody,
            RestJson.Default.HostModel, ct, HostPatience);

    public Task<ListModel<InventoryNodeModel>> InventoryAsync(CancellationToken ct)
        => GetAsync(Api + "inventory", RestJson.Default.ListModelInventoryNodeModel, ct);

    public Task<ContainerModel> CreateContainerAsync(CreateContainerBody body, CancellationToken ct)
        => PostAsync(Api + "containers", body, RestJson.Default.CreateContainerBody, RestJson.Default.ContainerModel, ct);

    public Task<ContainerModel> RenameContainerAsync(string container, string name, CancellationToken ct)
        => PostAsync(Container(container) + "/rename", new RenameContainerBody(name), RestJson.Default.RenameContainerBody,
            RestJson.Default.ContainerModel, ct);

    public Task<ContainerModel> MoveContainerAsync(string container, string parent, CancellationToken ct)
        => PostAsync(Container(container) + "/move", new MoveIntoBody(parent), RestJson.Default.MoveIntoBody,
            RestJson.Default.ContainerModel, ct);

    public Task DeleteContainerAsync(string container, CancellationToken ct) => DeleteAsync(Container(container), ct);

    public Task<ListModel<DatastoreListModel>> DatastoresAsync(CancellationToken ct)
        => GetAsync(Api + "datastores", RestJson.Default.ListModelDatastoreListModel, ct);

    public Task<DatastoreListModel> DatastoreAsync(string name, CancellationToken ct)
        => GetAsync($"{Api}datastores/{Escape(name)}", RestJson.Default.DatastoreListModel, ct);

    /// <summary>A path keeps its slashes.</summary>
    private static string Container(string container)
        => $"{Api}containers/{string.Join('/', container.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Escape))}";
}
