using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.CreateVm;
using Lorica.ControlPlane.Vms.Operations.Disks;
using Lorica.ControlPlane.Vms.Operations.ImportVm;
using Lorica.ControlPlane.Vms.Operations.MoveVm;
using Lorica.ControlPlane.Vms.Operations.RegisterVm;
using Lorica.ControlPlane.Vms.Operations.SetPolicy;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.ControlPlane.Vms.Recovery;
using Lorica.Store;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Composition;

/// <summary>What is done to VMs. The operations themselves are found by <see cref="OperationRegistry"/>.</summary>
internal static class OperationsSetup
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services) => OperationRegistry.Add(services)
        .AddSingleton(p => new VmService(
            p.GetRequiredService<OperationRegistry>(), p.GetRequiredService<VmLookup>(), p.GetRequiredService<TaskStore>(),
            p.GetRequiredService<IGrainFactory>(), p.GetRequiredService<CreateVmWork>(), p.GetRequiredService<VmCreation>(),
            p.GetRequiredService<VmImporter>(), p.GetRequiredService<VmRegistration>(),
            p.GetRequiredService<SetPolicyOperation>()))
        .AddSingleton(p => new VmMover(
            p.GetRequiredService<VmLookup>(), p.GetRequiredService<TaskStore>(), p.GetRequiredService<OperationRunner>(),
            p.GetRequiredService<InventoryTree>(), p.GetRequiredService<IAuthorizer>(), p.GetRequiredService<CenterStore>(),
            p.GetRequiredService<MoveRules>(), p.GetRequiredService<EventLog>()))
        .AddSingleton(p => new RepairService(
            p.GetRequiredService<VmLookup>(), p.GetRequiredService<VmLook>(), p.GetRequiredService<IAuthorizer>(),
            p.GetRequiredService<OperationRunner>(), p.GetRequiredService<KeyRegister>(), p.GetRequiredService<CenterStore>(),
            p.GetRequiredService<EventLog>(), p.GetRequiredService<IGrainFactory>(), p.GetRequiredService<TimeProvider>()))
        .AddSingleton<OperationDriver>()
        .AddSingleton<VmLook>()
        .AddSingleton<JobDriver>()
        .AddSingleton<CryptoSteps>()
        .AddSingleton<PowerSteps>()
        .AddSingleton<KeyPlanner>()
        .AddSingleton<DatastoreCheck>()
        .AddSingleton<HostSteps>()
        .AddSingleton<IncomingRules>()
        .AddSingleton<DiskServices>()
        .AddSingleton<DiskRules>()
        .AddSingleton<VmCreation>()
        .AddSingleton<VmImporter>()
        .AddSingleton<ImportsUnderWay>()
        .AddSingleton<VmRegistration>();
}
