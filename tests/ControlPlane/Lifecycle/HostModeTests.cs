using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Lifecycle;

/// <summary>No key of a VM goes to a host that is not in encryption mode, whichever operation asks for it.</summary>
public sealed class HostModeTests
{
    [Theory]
    [InlineData(TaskKinds.Register)]
    [InlineData(TaskKinds.Migrate)]
    [InlineData(TaskKinds.AddDisk)]
    [InlineData(TaskKinds.AttachDisk)]
    [InlineData(TaskKinds.DetachDisk)]
    [InlineData(TaskKinds.ResizeDisk)]
    [InlineData(TaskKinds.Rename)]
    [InlineData(TaskKinds.Clone)]
    [InlineData(TaskKinds.Relocate)]
    public async Task An_operation_that_brings_keys_to_a_host_needs_RegisterHost_unless_the_host_is_safe(string kind)
    {
        await using var center = await LifeWorld.StartAsync(kind);
        var host = kind == TaskKinds.Migrate ? center.Hosts[1] : center.Host;
        host.CryptoMode = "incapable";
        int before = host.Delivered.Count;

        var caller = await People.WithoutAsync(center, Privileges.RegisterHost);
        var refused = await Assert.ThrowsAsync<FaultException>(() => LifeWorld.DoAsync(center, caller, kind));
        Assert.Equal(
            (FaultTypes.NoPermission, Privileges.RegisterHost, kind == TaskKinds.Migrate ? "h2" : "h1"),
            (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
        Assert.Equal("incapable", host.CryptoMode);
        Assert.Equal(before, host.Delivered.Count);

        Assert.Equal(
            "succeeded", (await center.EndAsync((await LifeWorld.DoAsync(center, People.Administrator, kind)).Id)).State);
        Assert.Equal("safe", host.CryptoMode);
        Assert.NotNull(host.HostKey);
    }

    [Theory]
    [InlineData(TaskKinds.Register)]
    [InlineData(TaskKinds.Migrate)]
    [InlineData(TaskKinds.AddDisk)]
    [InlineData(TaskKinds.AttachDisk)]
    [InlineData(TaskKinds.Clone)]
    [InlineData(TaskKinds.Relocate)]
    public async Task Work_that_is_taken_up_again_asks_the_original_caller_for_a_host_that_left_encryption_mode(string kind)
    {
        await using var center = await LifeWorld.StartAsync(kind);
        var host = kind == TaskKinds.Migrate ? center.Hosts[1] : center.Host;
        var caller = await People.WithoutAsync(center, Privileges.RegisterHost);
        var ended = await LifeWorld.InterruptAsync(center, caller, kind, done: false, () =>
        {
            host.CryptoMode = "incapable";
            return Task.CompletedTask;
        });
        Assert.Equal(
            ("failed", FaultTypes.NoPermission, Privileges.RegisterHost), (ended.State, ended.Fault!.Type, ended.Fault.Key));
        Assert.Equal("incapable", host.CryptoMode);
        if (kind == TaskKinds.Migrate)
        {
            Assert.Empty(host.Delivered);
            Assert.Equal(("h1", 1, 0), ((await center.VmAsync("a")).Host, center.Hosts[0].Vms.Count, center.Hosts[1].Vms.Count));
        }
    }
}
