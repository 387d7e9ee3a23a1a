using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.ControlPlane.Vms.Recovery;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

/// <summary>Services of this folder.</summary>
internal static class LifecycleSetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddLifecycle(this IServiceCollection services) => services
        .AddSingleton(p => new LifeService(
            p.GetRequiredService<VmLookup>(), p.GetRequiredService<PolicyCatalog>(), p.GetRequiredService<TaskStore>(),
            p.GetRequiredService<OperationRunner>(), p.GetRequiredService<HostDirectory>(), p.GetRequiredService<HostLinks>(),
            p.GetRequiredService<InventoryTree>(), p.GetRequiredService<IAuthorizer>(), p.GetRequiredService<IGrainFactory>(),
            p.GetRequiredService<CenterStore>(), p.GetRequiredService<IncomingRules>(),
            p.GetRequiredService<HostCrypto>(), p.GetRequiredService<StrictRules>(), p.GetRequiredService<MoveRules>(),
            p.GetRequiredService<SpaceRules>(), p.GetRequiredService<EventLog>(), p.GetRequiredService<TimeProvider>()))
        .AddSingleton(p => new RepairService(
            p.GetRequiredService<VmLookup>(), p.GetRequiredService<VmOperations>(), p.GetRequiredService<IAuthorizer>(),
            p.GetRequiredService<OperationRunner>(), p.GetRequiredService<KeyRegister>(), p.GetRequiredService<CenterStore>(),
            p.GetRequiredService<EventLog>(), p.GetRequiredService<IGrainFactory>(), p.GetRequiredService<TimeProvider>()))
        .AddSingleton<LifeOperations>()
        .AddSingleton<LifeWorks>()
        .AddSingleton<LifeCalls>()
        .AddSingleton<IncomingRules>()
        .AddSingleton<RegisterWork>()
        .AddSingleton<UnregisterWork>()
        .AddSingleton<UnlockWork>()
        .AddSingleton<RenameWork>()
        .AddSingleton<MigrateWork>()
        .AddSingleton<DiskWork>();
}
