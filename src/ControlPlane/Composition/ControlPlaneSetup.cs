using Lorica.Contracts.Configs;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Feed;
using Lorica.ControlPlane.History;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Recovery;
using Lorica.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Lorica.ControlPlane.Composition;

/// <summary>Puts the control plane together.</summary>
public static class ControlPlaneSetup
{
    /// <summary>Adds its services; the silo is added by <see cref="StandaloneSilo"/>.</summary>
    public static IServiceCollection AddControlPlane(
        this IServiceCollection services, CenterStore store, CenterIdentity identity, BrokerOptions broker,
        IReadOnlyList<HostSeed> hosts)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(store);
        services.AddSingleton(identity);
        services.AddSingleton(broker);
        services.AddSingleton<BrokerLink>();
        services.AddHosts(hosts);
        services.AddAccess();
        services.AddSingleton<EventLog>();
        services.AddPolicies();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<TaskSignals>();
        services.AddSingleton<Revisions>();
        services.AddSingleton<TaskStore>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<AlarmStore>();
        services.AddSingleton<TaskService>();
        services.AddSingleton<EventService>();
        services.AddSingleton<AlarmService>();
        services.AddSingleton<BackgroundDriver>();
        services.AddHostedService(p => p.GetRequiredService<BackgroundDriver>());
        services.AddBackgroundJob<EventAnchor>();
        // After it, so that it stops first: what it still tells is in the head that is kept.
        services.AddBackgroundJob<RefusalTeller>();
        services.AddBackgroundJob<InventoryGauges>();
        services.AddSingleton<IdempotencyStore>();
        services.AddSingleton<InventoryTree>();
        services.AddSingleton<HostNudger>();
        services.AddSingleton<ProviderService>();
        services.AddSingleton<KeyReleaser>();
        services.AddSingleton<KeyClaims>();
        services.AddSingleton<KeyRegister>();
        services.AddBackgroundJob<ProviderWatch>();
        services.AddSingleton<CertificateCheck>();
        services.AddSingleton<LockStore>();
        services.AddSingleton<OrphanedVms>();
        services.AddKeys();
        services.AddSingleton<VmDescriptionCache>();
        services.AddInventory();
        services.AddOperations();
        services.AddSingleton<ControlPlaneStart>();
        return services;
    }
}
