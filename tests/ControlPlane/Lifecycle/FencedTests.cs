using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Lifecycle;

/// <summary>Somebody says that the host that held a VM is cut off.</summary>
public sealed class FencedTests
{
    [Fact]
    public async Task A_lock_of_another_host_is_taken_over_when_an_operator_says_that_the_host_is_fenced_and_the_audit_has_it()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.HeldElsewhere = true;
        var task = await center.DoAsync("vms/a/power", """{"action":"on"}""");
        Assert.Equal(("failed", "lorica.vmInUse"), (task.State, task.Fault!.Key));
        Assert.Empty(await center.EventsAsync(EventIds.VmFenced));

        Assert.Equal("succeeded", (await center.DoAsync("vms/a/power", """{"action":"on","fenced":true}""")).State);
        var told = Assert.Single(await center.EventsAsync(EventIds.VmFenced));
        Assert.Equal(("administrator", "a"), (told.User, told.Object));
        Assert.Equal("lorica.fenced", (await center.RefusedAsync("vms/a/power", """{"action":"off","fenced":true}""")).Code);
    }

    [Fact]
    public async Task To_say_that_a_host_is_fenced_needs_Host_Config_Connection()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var caller = await People.WithoutAsync(center, Privileges.HostConnection);
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.PowerAsync(caller, "a", new PowerBody("on", Fenced: true), default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.HostConnection, "h1"),
            (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
        var task = await center.Vms.PowerAsync(caller, "a", new PowerBody("on"), default);
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);

        await center.PowerAsync("a", "off");
        await center.DoAsync("vms/a/unregister", "");
        refused = await Assert.ThrowsAsync<FaultException>(() => center.Vms.RegisterAsync(
            caller, new RegisterVmBody { Path = "[ds1] a/a.vmx", Fenced = true }, default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.HostConnection, "h1"),
            (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
    }

    [Fact]
    public async Task A_vm_leaves_a_host_that_is_lost_for_good_and_that_host_forgets_it_when_it_is_back()
    {
        await using var center = await LifeWorld.StartAsync(TaskKinds.Unregister);
        var (gone, files) = (center.Hosts[0], center.Host.Vms.Values.Single(v => v.Name == "a"));
        Assert.Equal("lorica.hostConnected", (await center.RefusedAsync("vms/a/unregister?fenced=true", "")).Code);

        gone.Refuses = true;
        gone.Restart();
        await center.Service<CenterStore>().WriteAsync(db => db.Raw.Hosts.Where(h => h.Name == "h1").ExecuteUpdateAsync(
            s => s.SetProperty(h => h.State, HostStates.Disconnected)));
        var caller = await People.WithoutAsync(center, Privileges.HostConnection);
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.UnregisterAsync(caller, "a", fenced: true, default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.HostConnection), (refused.Fault.Type, refused.Fault.Key));
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister?fenced=true", "")).State);
        Assert.Single(await center.EventsAsync(EventIds.VmFenced));
        Assert.True(gone.Vms.ContainsKey(files.VmId));

        gone.Refuses = false;
        await Wait.UntilAsync(() => !gone.Vms.ContainsKey(files.VmId), "the host has forgotten it");
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", """{"path":"[ds1] a/a.vmx","host":"h2"}""")).State);
    }

    [Fact]
    public async Task A_VM_that_a_host_should_forget_and_that_hangs_keeps_the_others_of_the_host_from_nothing()
    {
        await using var center = await LifeWorld.StartAsync(TaskKinds.Unregister);
        var host = center.Hosts[0];
        string left = host.Vms.Values.Single(v => v.Name == "a").VmId;
        Assert.Equal("succeeded", (await center.DoAsync("vms", $$"""
            {"name":"b","host":"h1","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576}]}
            """)).State);
        string key = (await center.VmAsync("b")).Key!.Id;

        host.Refuses = true;
        host.Restart();
        await center.Service<CenterStore>().WriteAsync(db => db.Raw.Hosts.Where(h => h.Name == "h1").ExecuteUpdateAsync(
            s => s.SetProperty(h => h.State, HostStates.Disconnected)));
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister?fenced=true", "")).State);
        var never = new TaskCompletionSource();
        host.BeforeLife = step => step == "unregister" ? never.Task : Task.CompletedTask;
        host.Refuses = false;

        await Wait.UntilAsync(() => host.Keys.ContainsKey("kms1/" + key), "the other VM has its key");
        Assert.True(host.Vms.ContainsKey(left));
        never.SetResult();
    }
}
