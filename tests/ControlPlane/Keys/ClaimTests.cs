using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using UnfinishedWork = Lorica.Contracts.Host.UnfinishedWork;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>
/// Records that are not in use yet: a VM that is being encrypted, created or copied has its objects and its key already.
/// </summary>
public sealed class ClaimTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_copy_of_a_disk_of_a_VM_that_is_being_encrypted_is_attached_to_no_other_VM(bool byAdministrator)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        var (task, job) = await EncryptAsync(center);
        var caller = byAdministrator ? People.Administrator
            : await People.OnlyAtAsync(center, ObjectKinds.Vm, (await center.VmAsync("b")).Id);
        var copy = HalfWay(center.Host.Vms[job.VmId], job).Disks[0].Clone();
        (copy.Path, copy.Label, copy.Transition) = ("[ds1] copy/0.vmdk", "", UnfinishedWork.Unspecified);
        center.Host.Detached[copy.Path] = copy;

        var refused = await Assert.ThrowsAsync<FaultException>(() => center.Vms.AttachDiskAsync(
            caller, "b", new AttachDiskBody { Path = copy.Path, Policy = TestCenter.EncryptionPolicy }, default));

        Assert.Equal((FaultTypes.AlreadyExists, "lorica.objectRegistered"), (refused.Fault.Type, refused.Fault.Key));
        Assert.Equal("succeeded", (await EndAsync(center, task, job)).State);
        Assert.Null((await center.VmAsync("a")).Suspect);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_file_that_names_the_key_of_a_VM_that_is_being_encrypted_brings_its_host_no_key()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        var (task, job) = await EncryptAsync(center);
        var caller = await People.OnlyAtAsync(center, ObjectKinds.Datacenter, InventoryIds.FirstDatacenter, except: job.VmId);
        var bait = Bait(job.NewKey, job.NewKcv);
        center.Hosts[1].Unregistered[bait.Path] = bait;

        var refused = await Assert.ThrowsAsync<FaultException>(() => center.Vms.RegisterAsync(
            caller, new RegisterVmBody { Path = bait.Path, Host = "h2" }, default));

        Assert.Equal((FaultTypes.NoPermission, "a"), (refused.Fault.Type, refused.Fault.Object));
        Assert.Empty(center.Hosts[1].Delivered);
        Assert.Equal(caller.User, Assert.Single(await center.EventsAsync(EventIds.PrivilegeRefused)).User);
        Assert.Equal("succeeded", (await EndAsync(center, task, job)).State);
    }

    [Fact]
    public async Task A_file_that_names_the_key_of_a_VM_that_is_being_created_brings_its_host_no_key()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        var (reached, go) = (new TaskCompletionSource<Contracts.KeyRef>(), new TaskCompletionSource());
        center.Host.CryptoMode = "safe";
        center.Broker.OnActivate = async key =>
        {
            reached.TrySetResult(key);
            await go.Task;
        };
        var task = await center.BeginAsync("vms", $$"""
            {"name":"a","host":"h1","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576}]}
            """);
        var key = await reached.Task;
        var made = (await center.RecordsAsync()).Where(r => r.KeyId == key.KeyId).ToList();
        Assert.All(made, r => Assert.Equal(KeyRecordStates.Pending, r.State));
        var caller = await People.OnlyAtAsync(
            center, ObjectKinds.Datacenter, InventoryIds.FirstDatacenter, except: made[0].VmId);
        var bait = Bait(key, center.Broker.Keys[key.KeyId]);
        center.Hosts[1].Unregistered[bait.Path] = bait;

        var refused = await Assert.ThrowsAsync<FaultException>(() => center.Vms.RegisterAsync(
            caller, new RegisterVmBody { Path = bait.Path, Host = "h2" }, default));

        Assert.Equal((FaultTypes.NoPermission, "a"), (refused.Fault.Type, refused.Fault.Object));
        go.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.Empty(center.Hosts[1].Delivered);
    }

    [Fact]
    public async Task What_another_VM_took_between_the_look_and_the_begin_is_not_taken_from_it()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var a = await center.VmAsync("a");
        await center.DoAsync("vms/a/disks", """{"capacity":1048576,"newKeyFrom":"default"}""");
        await center.DoAsync("vms/a/disks/virtio0:1/detach", "");
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        var disk = center.Host.Detached.Values.Single();
        var record = (await center.RecordsAsync()).Single(r => r.ObjectId == disk.ObjectId);

        // While the KMS is asked for its key, the disk goes back to the VM that it comes from.
        center.Broker.OnCheck = _ => center.Store.WriteAsync(db =>
        {
            center.Host.Vms[a.Id].Disks.Add(disk);
            db.Raw.KeyRecords.Single(r => r.Number == record.Number).State = KeyRecordStates.Usable;
            return Task.CompletedTask;
        });
        var refused = await center.RefusedAsync("vms/b/disks/attach",
            $$"""{"path":"{{disk.Path}}","policy":"{{TestCenter.EncryptionPolicy}}"}""");

        Assert.Equal("lorica.objectRegistered", refused.Code);
        var now = (await center.RecordsAsync()).Single(r => r.ObjectId == disk.ObjectId);
        Assert.Equal((a.Id, record.TaskId, KeyRecordStates.Usable), (now.VmId, now.TaskId, now.State));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disk_that_the_host_did_not_attach_is_known_as_before(bool looked)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        await center.DoAsync("vms/a/disks", """{"capacity":1048576}""");
        await center.DoAsync("vms/a/disks/virtio0:1/detach", "");
        var disk = center.Host.Detached.Values.Single();
        var before = (await center.RecordsAsync()).Single(r => r.ObjectId == disk.ObjectId);
        Assert.Equal(KeyRecordStates.Known, before.State);
        center.Host.BeforeLife = step =>
        {
            // Nor does it say afterwards how its files are.
            center.Host.Lies = looked ? null : _ => throw new RpcException(new Status(StatusCode.PermissionDenied, "broken"));
            return step == "disk"
                ? throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidState, "lorica.test", "b", "refused")) : Task.CompletedTask;
        };

        var task = await center.DoAsync(
            "vms/b/disks/attach", $$"""{"path":"{{disk.Path}}","policy":"{{TestCenter.EncryptionPolicy}}"}""");
        (center.Host.BeforeLife, center.Host.Lies) = (null, null);
        Assert.Equal(("failed", "lorica.test"), (task.State, task.Fault!.Key));
        Assert.Equal("succeeded", (await center.PowerAsync("b", "on")).State);

        var after = (await center.RecordsAsync()).Single(r => r.ObjectId == disk.ObjectId);
        Assert.Equal(
            (KeyRecordStates.Known, before.VmId, before.Generation, false),
            (after.State, after.VmId, after.Generation, after.InUse));
    }

    [Fact]
    public async Task The_VMs_key_is_no_orphan_when_a_disk_under_it_did_not_come_to_be()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.BeforeLife = _ =>
            throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidState, "lorica.test", "a", "refused"));
        Assert.Equal("failed", (await center.DoAsync("vms/a/disks", """{"capacity":1048576}""")).State);
        Assert.Empty(await center.EventsAsync(EventIds.OrphanKey));
    }

    [Fact]
    public async Task A_disk_named_twice_and_an_encrypted_disk_without_an_id_are_never_registered()
    {
        await using var center = await TestCenter.StartAsync();
        center.Broker.Keys["foreign"] = "0123456789abcdef";
        var bait = Bait(new Contracts.KeyRef { Provider = "kms1", KeyId = "foreign" }, "0123456789abcdef");
        bait.Disks.Add(new DiskDescription
        {
            Label = "virtio0:0",
            Links =
            {
                new LinkDescription
                {
                    ObjectId = bait.VmId, Path = "[ds1] bait/0.vmdk", Encrypted = true, Key = bait.Key, Kcv = bait.Kcv,
                },
            },
        });
        center.Host.Unregistered[bait.Path] = bait;
        Assert.Equal("lorica.objectId", (await center.RefusedAsync("vms/register", $$"""{"path":"{{bait.Path}}"}""")).Code);
        bait.Disks[0].ObjectId = "";
        Assert.Equal("lorica.objectId", (await center.RefusedAsync("vms/register", $$"""{"path":"{{bait.Path}}"}""")).Code);
        Assert.Empty(await center.RecordsAsync());
    }

    [Fact]
    public async Task While_a_VM_is_being_encrypted_its_host_stays_in_encryption_mode_and_its_console_is_strict()
    {
        await using var center = await TestCenter.StartAsync();
        var (task, job) = await EncryptAsync(center);

        var disable = await center.RefusedAsync("hosts/h1/crypto", """{"action":"disable"}""");
        Assert.Equal("lorica.hostHasEncryptedVms", disable.Code);
        var caller = await People.WithoutAsync(center, Privileges.CryptoAccess);
        var console = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.RequireConsoleAsync(caller, "a", default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.CryptoAccess), (console.Fault.Type, console.Fault.Key));
        Assert.Equal("succeeded", (await EndAsync(center, task, job)).State);
    }

    /// <summary>VM <c>a</c> on the first host, whose encryption the host works on.</summary>
    private static async Task<(TaskModel Task, StartJobRequest Job)> EncryptAsync(TestCenter center)
    {
        Assert.Equal(
            "succeeded", (await center.DoAsync("vms", """{"name":"a","host":"h1","disks":[{"capacity":1048576}]}""")).State);
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        return (task, center.Host.Started.Single());
    }

    private static async Task<TaskModel> EndAsync(TestCenter center, TaskModel task, StartJobRequest job)
    {
        center.Host.Vms[job.VmId].PendingJob = UnfinishedWork.Unspecified;
        center.Host.HoldJobs!.SetResult();
        return await center.EndAsync(task.Id);
    }

    /// <summary>Home and disk are under the new key, the job is not ended.</summary>
    private static VmDescription HalfWay(VmDescription vm, StartJobRequest job)
    {
        (vm.Encrypted, vm.Key, vm.Kcv, vm.Generation, vm.PendingJob) = (true, job.NewKey, job.NewKcv, 1, UnfinishedWork.Encrypt);
        var disk = vm.Disks[0];
        (disk.Encrypted, disk.Key, disk.Kcv, disk.Generation) = (true, job.NewKey, job.NewKcv, 1);
        return vm;
    }

    private static VmDescription Bait(Contracts.KeyRef key, string kcv) => new()
    {
        VmId = Guid.NewGuid().ToString(), Name = "bait", Path = "[ds1] bait/bait.vmx", PowerState = VmPowerState.Off, Cpus = 1,
        MemoryMib = 64, Encrypted = true, Key = key, Kcv = kcv, Generation = 1,
    };
}
