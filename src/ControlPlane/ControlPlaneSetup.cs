using Lorica.Contracts.Configs;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Events;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Lifecycle;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane;

/// <summary>Puts the control plane together.</summary>
public static class ControlPlaneSetup
{
    /// <summary>Adds its services; the silo is added by <see cref="AloneSilo"/>.</summary>
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
        services.AddSingleton<TaskSignals>();
        services.AddSingleton<Revisions>();
        services.AddSingleton<TaskBoard>();
        services.AddSingleton<OperationRunner>();
        services.AddSingleton<AlarmBoard>();
        services.AddSingleton<TaskService>();
        services.AddSingleton<EventService>();
        services.AddSingleton<AlarmService>();
        services.AddHostedService<EventAnchor>();
        services.AddHostedService<InventoryGauges>();
        services.AddSingleton<IdempotencyStore>();
        services.AddSingleton<InventoryTree>();
        services.AddSingleton<HostNudger>();
        services.AddSingleton<ProviderService>();
        services.AddSingleton<KeyReleaser>();
        services.AddSingleton<KeyRegister>();
        services.AddSingleton<ProviderWatch>();
        services.AddSingleton<CertificateCheck>();
        services.AddSingleton<LockBoard>();
        services.AddSingleton<StrayVms>();
        services.AddKeys();
        services.AddSingleton<VmSnapshots>();
        services.AddInventory();
        services.AddLifecycle();
        services.AddSingleton<ControlPlaneStart>();
        return services;
    }
}
