using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
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
        var vm = await center.Store.ReadAsync(db => db.Vms.SingleAsync());

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
        var vm = await center.Store.ReadAsync(db => db.Vms.SingleAsync());
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.Service<IGrainFactory>()
                .GetGrain<IVmGrain>(vm.Id).PowerAsync(caller, new PowerCommand(On: true, Hard: false, 0)));
        Assert.Equal(Privileges.PowerOn, refused.Fault.Key);
        Assert.Equal("poweredOff", (await center.VmAsync("a")).PowerState);
    }

    private static Task<TestCenter> LifeCenterAsync() => Lifecycle.LifeWorld.StartAsync(TaskKinds.AddDisk);

    private static async Task<string> AskAsync(TestCenter center, string vm, Caller caller, string kind)
    {
        var grain = center.Service<IGrainFactory>().GetGrain<IVmGrain>(vm);
        var policy = await center.Service<ControlPlane.Policies.PolicyCatalog>().FindAsync(TestCenter.DefaultPolicy, default);
        return await (kind switch
        {
            TaskKinds.Decrypt => grain.SetPolicyAsync(
                caller, new SetPolicyCommand(policy.Id, null, null, false, policy.RulesVersion)),
            TaskKinds.Clone => grain.CloneAsync(caller, new CloneCommand("b", null, null, [], [])),
            TaskKinds.Relocate => grain.RelocateAsync(caller, new RelocateCommand(null, "eagerZeroed", [])),
            TaskKinds.Migrate => grain.LifeAsync(caller, kind, new LifeArguments { HostId = TestCenter.SecondHostId }),
            _ => grain.LifeAsync(caller, kind, new LifeArguments { Capacity = 1 << 20, Provisioning = "thin" }),
        });
    }
}
