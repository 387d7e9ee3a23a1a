using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Events;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Lifecycle;
using Lorica.ControlPlane.Tests.Support;

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
            () => center.Service<VmService>().PowerAsync(caller, "a", new PowerBody("on", Fenced: true), default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.HostConnection, "h1"),
            (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
        var task = await center.Service<VmService>().PowerAsync(caller, "a", new PowerBody("on"), default);
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);

        await center.PowerAsync("a", "off");
        await center.DoAsync("vms/a/unregister", "");
        refused = await Assert.ThrowsAsync<FaultException>(() => center.Service<LifeService>().RegisterAsync(
            caller, new RegisterVmBody { Path = "[ds1] a/a.vmx", Fenced = true }, default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.HostConnection, "h1"),
            (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
    }
}
