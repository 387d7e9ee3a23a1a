using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.AddDisk;
using Lorica.ControlPlane.Vms.Operations.CloneVm;
using Lorica.ControlPlane.Vms.Operations.MigrateVm;
using Lorica.ControlPlane.Vms.Operations.PowerOn;
using Lorica.ControlPlane.Vms.Operations.RelocateVm;
using Lorica.ControlPlane.Vms.Operations.SetPolicy;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>
/// Between the look at the privileges and the begin of the work the world may change. The grain is asked as it is then: by a
/// request whose privileges were found in order while the VM was plain.
/// </summary>
public sealed class BeginCheckTests
{
    [Theory]
    [InlineData(TaskKinds.Decrypt, Privileges.Decrypt)]
    [InlineData(TaskKinds.Clone, Privileges.CryptoClone)]
    [InlineData(TaskKinds.Relocate, Privileges.CryptoMigrate)]
    [InlineData(TaskKinds.Migrate, Privileges.CryptoMigrate)]
    [InlineData(TaskKinds.AddDisk, Privileges.CryptoAddDisk)]
    public async Task What_a_VM_needs_that_was_encrypted_meanwhile_is_asked_for_where_the_work_begins(
        string kind, string privilege)
    {
        await using var center = await LifeCenterAsync();
        var caller = await People.WithoutAsync(center, privilege);
        var vm = await center.Store.ReadAsync(db => db.Raw.Vms.SingleAsync());

        var refused = await Assert.ThrowsAsync<FaultException>(() => AskAsync(center, vm.Id, caller, kind));

        Assert.Equal((FaultTypes.NoPermission, privilege, "a"), (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
        Assert.Empty(await center.Service<TaskStore>().UnfinishedAsync(default));
        await AskAsync(center, vm.Id, People.Administrator, kind);
    }

    [Fact]
    public async Task A_permission_that_was_withdrawn_while_the_request_waited_begins_nothing()
    {
        await using var center = await LifeCenterAsync();
        var caller = await People.WithoutAsync(center, Privileges.PowerOn);
        var vm = await center.Store.ReadAsync(db => db.Raw.Vms.SingleAsync());
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.AskGrainAsync(caller, vm.Id, new PowerOnRequest()));
        Assert.Equal(Privileges.PowerOn, refused.Fault.Key);
        Assert.Equal("poweredOff", (await center.VmAsync("a")).PowerState);
    }

    private static Task<TestCenter> LifeCenterAsync() => Lifecycle.LifeWorld.StartAsync(TaskKinds.AddDisk);

    private static async Task<string> AskAsync(TestCenter center, string vm, Caller caller, string kind)
    {
        var policy = await center.Service<ControlPlane.Policies.PolicyCatalog>().FindAsync(TestCenter.DefaultPolicy, default);
        return await center.AskGrainAsync(caller, vm, kind switch
        {
            TaskKinds.Decrypt => new SetPolicyRequest { Policy = policy.Id, RulesVersion = policy.RulesVersion },
            TaskKinds.Clone => new CloneVmRequest("b", null, null, []),
            TaskKinds.Relocate => new RelocateVmRequest(null, "eagerZeroed"),
            TaskKinds.Migrate => new MigrateVmRequest(TestCenter.SecondHostId),
            TaskKinds.AddDisk => (object)new AddDiskRequest { Capacity = 1 << 20 },
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        });
    }
}
