using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Inventory;

/// <summary>Moves to another datastore or disk format.</summary>
public sealed class RelocateTests
{
    [Fact]
    public async Task A_locked_VM_moves_and_no_key_goes_to_its_host()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.SecondDatastoreFree = 1 << 29;
        var delivered = center.Host.Delivered.Count;
        center.Broker.KmsDown = true;
        center.Host.Keys.Clear();

        var task = await center.DoAsync("vms/a/relocate", """{"datastore":"ds2"}""");

        Assert.Equal(("succeeded", null), (task.State, task.Fault?.Message));
        Assert.Equal(delivered, center.Host.Delivered.Count);
        Assert.Equal("ds2", (await center.Store.ReadAsync(db => Task.FromResult(db.Vms.Single()))).Datastore);
        Assert.Null((await center.VmAsync("a")).Suspect);
    }

    [Fact]
    public async Task A_conversion_that_does_not_happen_says_so()
    {
        await using var center = await TestCenter.StartAsync();
        await center.DoAsync("vms", """{"name":"a","disks":[{"capacity":1048576,"provisioning":"lazyZeroed"}]}""");
        center.Host.SecondDatastoreFree = 1 << 29;
        var task = await center.DoAsync("vms/a/relocate", """{"datastore":"ds2","diskFormat":"thin"}""");
        Assert.Equal("succeeded", task.State);
        Assert.Contains("virtio0:0 stays lazyZeroed", task.Result!.Value.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conversion_of_an_encrypted_disk_needs_its_key_and_its_generation_is_recorded()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.SecondDatastoreFree = 1 << 29;
        var before = (await center.RecordsAsync()).Single(r => r.Kind == "disk").Generation;
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/relocate", """{"diskFormat":"eagerZeroed"}""")).State);
        Assert.Equal(before + 1, (await center.RecordsAsync()).Single(r => r.Kind == "disk").Generation);

        center.Broker.KmsDown = true;
        center.Host.Keys.Clear();
        Assert.Equal("msg.vigor.enc.keyNotFound", (await center.RefusedAsync("vms/a/relocate", """{"diskFormat":"thin"}""")).Code);
    }

    [Fact]
    public async Task A_move_to_where_it_is_or_to_a_full_or_unknown_datastore_is_refused()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.SecondDatastoreFree = 1 << 29;
        Assert.Equal("lorica.alreadyThere", (await center.RefusedAsync("vms/a/relocate", """{"datastore":"ds1"}""")).Code);
        Assert.Equal("lorica.datastoreNotFound", (await center.RefusedAsync("vms/a/relocate", """{"datastore":"x"}""")).Code);
        Assert.Equal("lorica.provisioning", (await center.RefusedAsync("vms/a/relocate", """{"diskFormat":"flat"}""")).Code);
        center.Host.SecondDatastoreFree = 1;
        Assert.Equal(FaultTypes.NoDiskSpace, (await center.RefusedAsync("vms/a/relocate", """{"datastore":"ds2"}""")).Title);
        Assert.Empty(center.Host.Started);
    }
}
