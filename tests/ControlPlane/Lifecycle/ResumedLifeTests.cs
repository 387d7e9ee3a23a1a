using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;
using DiskFormat = Lorica.Contracts.Host.DiskFormat;

namespace Lorica.ControlPlane.Tests.Lifecycle;

/// <summary>An operation that a stop of the center interrupted asks again for what its caller must hold.</summary>
public sealed class ResumedLifeTests
{
    [Theory]
    [InlineData(TaskKinds.Register, Privileges.RegisterVm)]
    [InlineData(TaskKinds.Register, Privileges.CryptoRegisterVm)]
    [InlineData(TaskKinds.Unregister, Privileges.UnregisterVm)]
    [InlineData(TaskKinds.Rename, Privileges.RenameVm)]
    [InlineData(TaskKinds.Migrate, Privileges.ColdMigrate)]
    [InlineData(TaskKinds.Migrate, Privileges.CryptoMigrate)]
    [InlineData(TaskKinds.AddDisk, Privileges.AddNewDisk)]
    [InlineData(TaskKinds.AddDisk, Privileges.CryptoAddDisk)]
    [InlineData(TaskKinds.AttachDisk, Privileges.AddExistingDisk)]
    [InlineData(TaskKinds.AttachDisk, Privileges.CryptoAddDisk)]
    [InlineData(TaskKinds.DetachDisk, Privileges.RemoveDisk)]
    [InlineData(TaskKinds.RemoveDisk, Privileges.RemoveDisk)]
    [InlineData(TaskKinds.ResizeDisk, Privileges.ExtendDisk)]
    [InlineData(TaskKinds.AddDisk, Privileges.AllocateSpace)]
    [InlineData(TaskKinds.Clone, Privileges.CloneVm)]
    [InlineData(TaskKinds.Clone, Privileges.CryptoClone)]
    [InlineData(TaskKinds.Clone, Privileges.AllocateSpace)]
    [InlineData(TaskKinds.Relocate, Privileges.CryptoMigrate)]
    [InlineData(TaskKinds.Relocate, Privileges.AllocateSpace)]
    public async Task A_permission_that_was_withdrawn_ends_the_operation_and_nothing_was_changed(string kind, string privilege)
    {
        await using var center = await LifeWorld.StartAsync(kind);
        var before = kind == TaskKinds.Register ? null : await center.VmAsync("a");
        var caller = await People.WithoutAsync(center);
        var ended = await LifeWorld.InterruptAsync(
            center, caller, kind, done: false, () => WithdrawAsync(center, caller, privilege));

        Assert.Equal(("failed", FaultTypes.NoPermission, privilege), (ended.State, ended.Fault!.Type, ended.Fault.Key));
        Assert.Single(await center.EventsAsync(EventIds.AccessRefused));
        if (before is null)
        {
            Assert.Empty(await center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync()));
            Assert.DoesNotContain(await center.RecordsAsync(), r => r.InUse);
            Assert.Equal("succeeded", (await center.DoAsync("vms/register", """{"path":"[ds1] a/a.vmx"}""")).State);
            return;
        }

        var after = await center.VmAsync("a");
        Assert.Equal(("h1", "unlocked", null), (after.Host, after.CryptoState, after.Suspect));
        Assert.Equal(before.Disks.Select(d => (d.Label, d.Capacity)), after.Disks.Select(d => (d.Label, d.Capacity)));
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
        Assert.Single(await center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync()));
        Assert.Single(center.Host.Vms);
        Assert.All(center.Host.Vms.Values.Single().Disks, d => Assert.Equal(DiskFormat.Thin, d.Provisioning));
    }

    [Theory]
    [InlineData(TaskKinds.Unregister, Privileges.UnregisterVm)]
    [InlineData(TaskKinds.Rename, Privileges.RenameVm)]
    [InlineData(TaskKinds.Migrate, Privileges.CryptoMigrate)]
    [InlineData(TaskKinds.AddDisk, Privileges.CryptoAddDisk)]
    [InlineData(TaskKinds.DetachDisk, Privileges.RemoveDisk)]
    [InlineData(TaskKinds.Relocate, Privileges.CryptoMigrate)]
    public async Task What_the_host_has_done_already_is_brought_to_its_end_and_the_audit_says_so(string kind, string privilege)
    {
        await using var center = await LifeWorld.StartAsync(kind);
        var caller = await People.WithoutAsync(center);
        var ended = await LifeWorld.InterruptAsync(
            center, caller, kind, done: true, () => WithdrawAsync(center, caller, privilege));

        Assert.Equal(("succeeded", null), (ended.State, ended.Fault?.Message));
        Assert.Contains("goes on although", Assert.Single(await center.EventsAsync(EventIds.AccessRefused)).Message,
            StringComparison.Ordinal);
        if (kind != TaskKinds.Unregister)
        {
            Assert.Null((await center.VmAsync(kind == TaskKinds.Rename ? "b" : "a")).Suspect);
        }
    }

    [Fact]
    public async Task A_removal_of_a_disk_is_not_said_to_be_done_when_the_host_does_not_remove_its_files()
    {
        await using var center = await LifeWorld.StartAsync(TaskKinds.RemoveDisk);
        var ended = await LifeWorld.InterruptAsync(center, new Caller("administrator"), TaskKinds.RemoveDisk, done: true, () =>
        {
            center.Host.BeforeLife = step => step == "disk"
                ? throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidState, "lorica.diskNotKnown", "[ds1] a/1.vmdk", "it stays"))
                : Task.CompletedTask;
            return Task.CompletedTask;
        });
        Assert.Equal(("failed", "lorica.diskNotKnown"), (ended.State, ended.Fault?.Key));
        Assert.Equal((1, null), ((await center.VmAsync("a")).Disks.Count, (await center.VmAsync("a")).Suspect));
        Assert.Equal("known", (await center.RecordsAsync())[^1].State);
    }

    private static Task WithdrawAsync(TestCenter center, Caller caller, string privilege) => center.Store.WriteAsync(
        db => db.Raw.RolePrivileges.Where(
            p => p.Privilege == privilege && db.Raw.Roles.Any(r => r.Id == p.RoleId && r.Name == caller.User))
                .ExecuteDeleteAsync());
}
