using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Vms.Consoles;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

/// <summary>The inventory, and VMs as they are seen.</summary>
internal static class InventorySetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddInventory(this IServiceCollection services) => services
        .AddSingleton<InventoryService>()
        .AddSingleton<DatastoreService>()
        .AddSingleton<VmLookup>()
        .AddSingleton<VmQueries>()
        .AddSingleton<VmConsole>()
        .AddSingleton<NamedKeys>()
        .AddBackgroundJob<TaskSweep>();
}
