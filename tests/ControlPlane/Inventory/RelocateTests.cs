using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

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
        int delivered = center.Host.Delivered.Count;
        center.Broker.KmsDown = true;
        center.Host.Keys.Clear();

        var task = await center.DoAsync("vms/a/relocate", """{"datastore":"ds2"}""");

        Assert.Equal(("succeeded", null), (task.State, task.Fault?.Message));
        Assert.Equal(delivered, center.Host.Delivered.Count);
        Assert.Equal("ds2", (await center.Store.ReadAsync(db => Task.FromResult(db.Raw.Vms.Single()))).Datastore);
        Assert.Null((await center.VmAsync("a")).Suspect);
    }

    [Fact]
    public async Task A_datastore_without_the_tags_of_the_policies_is_refused_to_a_move_to_a_clone_and_to_a_disk()
    {
        await using var center = await TestCenter.StartAsync();
        await center.Service<PlacementService>().SetTagsAsync(People.Administrator, "ds1", ["gold"], default);
        await center.Service<PolicyService>().CreateAsync(
            People.Administrator, new CreatePolicyBody { Name = "golden", Encryption = true, Tags = ["gold"] }, default);
        await center.CreateAsync("a", "golden");
        center.Host.SecondDatastoreFree = 1 << 29;

        var moved = await center.RefusedAsync("vms/a/relocate", """{"datastore":"ds2"}""");
        Assert.Equal(("lorica.placement", "ds2"), (moved.Code, moved.Object));
        var cloned = await center.RefusedAsync("vms/a/clone", """{"name":"b","datastore":"ds2","policy":"golden"}""");
        Assert.Equal(("lorica.placement", "ds2"), (cloned.Code, cloned.Object));

        cloned = await center.RefusedAsync("vms/a/clone", """{"name":"b","datastore":"ds2"}""");
        Assert.Equal(("lorica.placement", "ds2"), (cloned.Code, cloned.Object));

        Assert.Equal("succeeded", (await center.DoAsync("vms/a/clone", """{"name":"b","policy":"golden"}""")).State);
        await center.Store.WriteAsync(
            db => Task.FromResult(db.Raw.DatastoreTags.Add(new DatastoreTagRow { Datastore = "ds2", Tag = "gold" })));
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/relocate", """{"datastore":"ds2"}""")).State);

        await center.Store.WriteAsync(db => db.Raw.DatastoreTags.ExecuteDeleteAsync());
        var disk = await center.RefusedAsync("vms/a/disks", """{"capacity":1048576,"policy":"golden"}""");
        Assert.Equal(("lorica.placement", "ds2"), (disk.Code, disk.Object));
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/disks", """{"capacity":1048576}""")).State);
    }

    [Fact]
    public async Task A_conversion_that_does_not_happen_says_so()
    {
        await using var center = await TestCenter.StartAsync();
        await center.DoAsync("vms", """{"name":"a","disks":[{"capacity":1048576,"provisioning":"lazyZeroed"}]}""");
        center.Host.SecondDatastoreFree = 1 << 29;
        var task = await center.DoAsync("vms/a/relocate", """{"datastore":"ds2","diskFormat":"thin"}""");
        Assert.Equal("succeeded", task.State);
        Assert.Contains(
            "virtio0:0 stays lazyZeroed", task.Result!.Value.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lazily_zeroed_disk_is_refused_to_become_thin_where_it_is_with_the_rule()
    {
        await using var center = await TestCenter.StartAsync();
        await center.DoAsync("vms", """{"name":"a","disks":[{"capacity":1048576,"provisioning":"lazyZeroed"}]}""");
        foreach (string body in new[] { """{"diskFormat":"thin"}""", """{"datastore":"ds1","diskFormat":"thin"}""" })
        {
            var refused = await center.RefusedAsync("vms/a/relocate", body);
            Assert.Equal("lorica.alreadyThere", refused.Code);
            Assert.Contains(
                "virtio0:0 stays lazyZeroed: a disk whose space is taken is not made thin", refused.Detail,
                StringComparison.Ordinal);
        }

        Assert.Equal("succeeded", (await center.DoAsync("vms/a/relocate", """{"diskFormat":"eagerZeroed"}""")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/relocate", """{"diskFormat":"thin"}""")).State);
    }

    [Fact]
    public async Task A_conversion_of_an_encrypted_disk_needs_its_key_and_its_generation_is_recorded()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.SecondDatastoreFree = 1 << 29;
        long before = (await center.RecordsAsync()).Single(r => r.Kind == "disk").Generation;
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/relocate", """{"diskFormat":"eagerZeroed"}""")).State);
        Assert.Equal(before + 1, (await center.RecordsAsync()).Single(r => r.Kind == "disk").Generation);

        center.Broker.KmsDown = true;
        center.Host.Keys.Clear();
        Assert.Equal(
            "msg.vigor.enc.keyNotFound", (await center.RefusedAsync("vms/a/relocate", """{"diskFormat":"thin"}""")).Code);
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

    [Fact]
    public async Task A_relocation_is_cancelled_and_the_VM_stays_where_it_was()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.SecondDatastoreFree = 1 << 29;
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/relocate", """{"datastore":"ds2"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");

        (await center.PostAsync($"tasks/{task.Id}/cancel", "")).EnsureSuccessStatusCode();

        Assert.Equal(("cancelled", FaultTypes.RequestCanceled),
            await center.EndAsync(task.Id) is var t ? (t.State, t.Fault!.Type) : default);
        var vm = await center.VmAsync("a");
        Assert.Equal(("[ds1] a/a.vmx", null, null), (vm.Path, vm.Suspect, vm.Task));
        Assert.Equal("ds1", (await center.Store.ReadAsync(db => Task.FromResult(db.Raw.Vms.Single()))).Datastore);
        center.Host.HoldJobs = null;
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/relocate", """{"datastore":"ds2"}""")).State);
    }

    [Fact]
    public async Task A_datastore_that_the_host_cannot_use_is_refused_to_a_move_and_to_a_clone()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.SecondDatastoreFree = 1 << 29;
        await center.Store.WriteAsync(db => Task.FromResult(db.Raw.HostDatastores.Add(new HostDatastoreRow
        {
            HostId = TestCenter.HostId, DatastoreId = "d2", Name = "ds2", Path = "/ds2",
            Problem = "Another datastore is called ds2.",
        })));
        Assert.Equal("lorica.datastoreProblem", (await center.RefusedAsync("vms/a/relocate", """{"datastore":"ds2"}""")).Code);
        Assert.Equal(
            "lorica.datastoreProblem", (await center.RefusedAsync("vms/a/clone", """{"name":"b","datastore":"ds2"}""")).Code);
        Assert.Empty(center.Host.Started);
    }
}
