using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

/// <summary>Services of this folder.</summary>
internal static class InventorySetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddInventory(this IServiceCollection services) => services
        .AddSingleton<InventoryService>()
        .AddSingleton<DatastoreService>()
        .AddSingleton<VmLookup>()
        .AddSingleton<VmService>()
        .AddSingleton<VmQueries>()
        .AddSingleton<VmOperations>()
        .AddSingleton<VmWorks>()
        .AddSingleton<JobDriver>()
        .AddSingleton<CryptoWork>()
        .AddSingleton<VmCreation>()
        .AddSingleton<NamedKeys>()
        .AddSingleton<KeyPlanner>()
        .AddSingleton<CloneWork>()
        .AddSingleton<RelocateWork>()
        .AddSingleton<CreateWork>()
        .AddSingleton<PowerWork>()
        .AddSingleton<DeleteWork>()
        .AddSingleton<PolicyWork>()
        .AddSingleton<VmImporter>()
        .AddSingleton<ImportsUnderWay>()
        .AddSingleton<TaskSweep>();
}
