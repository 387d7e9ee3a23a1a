using System.Net;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Inventory;

/// <summary>VMs that are encrypted from their beginning.</summary>
public sealed class CreateTests
{
    [Fact]
    public async Task Create_encrypted_VM_one_new_key_for_home_and_all_disks()
    {
        await using var center = await TestCenter.StartAsync();
        Assert.Equal("succeeded", (await center.DoAsync("vms", Body("a", ""))).State);
        var vm = await center.VmAsync("a");
        Assert.Equal((true, "compliant", 2), (vm.Encrypted, vm.Compliance, vm.Disks.Count));
        Assert.All(vm.Disks, d => Assert.Equal(vm.Key, d.Key));
        Assert.Equal(vm.Key!.Id, Assert.Single(center.Broker.Keys).Key);
        Assert.Equal(3, (await center.RecordsAsync()).Count(r => r is { InUse: true, State: KeyRecordStates.Usable }));
        var made = Assert.Single(center.Broker.Created);
        Assert.Equal((vm.Id, "a", "Cluster"), (made.VmId, made.VmName, made.Cluster));
    }

    [Fact]
    public async Task Create_encrypted_VM_under_keys_that_are_named()
    {
        await using var center = await TestCenter.StartAsync();
        await center.AddProviderAsync("kms2");
        center.Broker.Keys["made-ahead"] = "0123456789abcdef";
        string keys = """
            ,"keys":[{"objects":["home"],"provider":"kms1","keyId":"made-ahead"},{"objects":["virtio0:1"],"provider":"kms2"}]
            """;
        Assert.Equal("succeeded", (await center.DoAsync("vms", Body("a", keys))).State);
        var vm = await center.VmAsync("a");
        Assert.Equal(("kms1", "made-ahead"), (vm.Key!.Provider, vm.Key.Id));
        Assert.Equal(["kms1", "kms2"], vm.Disks.Select(d => d.Key!.Provider));
        Assert.Equal(3, vm.Disks.Select(d => d.Key!.Id).Append(vm.Key.Id).Distinct().Count());
        Assert.Equal(("compliant", null), (vm.Compliance, vm.Suspect));
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_key_that_cannot_be_is_refused_before_anything_is_made()
    {
        await using var center = await TestCenter.StartAsync();
        var refused = await center.RefusedAsync(
            "vms", Body("a", ""","keys":[{"provider":"kms1","keyId":"none"}]"""), HttpStatusCode.Conflict);
        Assert.Equal((FaultTypes.InvalidState, "lorica.keyNotUsable"), (refused.Title, refused.Code));
        refused = await center.RefusedAsync("vms", Body("a", ""","keys":[{"objects":["virtio0:7"]}]"""), HttpStatusCode.NotFound);
        Assert.Equal("lorica.diskNotFound", refused.Code);
        refused = await center.RefusedAsync(
            "vms", """{"name":"a","disks":[{"capacity":1048576}],"keys":[{"provider":"kms1"}]}""", HttpStatusCode.BadRequest);
        Assert.Equal((FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.badPolicy"), (refused.Title, refused.Code));

        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        string theirs = (await center.VmAsync("b")).Key!.Id;
        refused = await center.RefusedAsync(
            "vms", Body("a", $$""","keys":[{"provider":"kms1","keyId":"{{theirs}}"}]"""), HttpStatusCode.Conflict);
        Assert.Equal((FaultTypes.ResourceInUse, "lorica.keyInUse"), (refused.Title, refused.Code));
        Assert.Single(center.Broker.Keys);
        Assert.Single((await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "succeeded", 1)]
    [InlineData(StatusCode.Cancelled, "succeeded", 1)]
    [InlineData(StatusCode.PermissionDenied, "failed", 0)]
    public async Task A_VM_whose_making_was_not_heard_of_is_looked_for_and_one_that_was_answered_otherwise_is_taken_back(
        StatusCode answer, string state, int left)
    {
        await using var center = await TestCenter.StartAsync();
        int made = 0;
        center.Host.OnCreated = () => Interlocked.Increment(ref made) == 1
            ? throw new RpcException(new Status(answer, "lost")) : Task.CompletedTask;
        var task = await center.DoAsync("vms", Body("a", ""));
        Assert.Equal((state, 1), (task.State, made));
        Assert.Equal(left == 0 ? "lorica.peerFailed" : null, task.Fault?.Key);
        Assert.Equal(left, center.Host.Vms.Count);
        Assert.Equal(left, (await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items.Count);
    }

    [Fact]
    public async Task A_host_that_is_not_heard_when_it_is_to_come_into_encryption_mode_ends_the_task()
    {
        await using var center = await TestCenter.StartAsync();
        bool lost = false;
        center.Host.OnDescribe = () =>
        {
            if (Volatile.Read(ref lost))
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "lost"));
            }
        };
        center.Host.OnCreated = () =>
        {
            center.Host.Vms.Clear();
            Volatile.Write(ref lost, true);
            throw new RpcException(new Status(StatusCode.Unavailable, "lost"));
        };
        var task = await center.DoAsync("vms", Body("a", ""));
        Assert.Equal(("failed", "lorica.peerFailed"), (task.State, task.Fault!.Key));
        Assert.Empty((await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items);
    }

    private static string Body(string name, string more) => $$"""
        {"name":"{{name}}","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576},{"capacity":1048576}]{{more}}}
        """;
}
