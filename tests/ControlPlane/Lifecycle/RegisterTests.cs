using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;
using DiskFormat = Lorica.Contracts.Host.DiskFormat;

namespace Lorica.ControlPlane.Tests.Lifecycle;

public sealed class RegisterTests
{
    private const string Path = "[ds1] a/a.vmx";

    [Fact]
    public async Task An_unregistered_vm_keeps_its_records_as_known_and_comes_back_under_them()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var before = await center.VmAsync("a");
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister", "")).State);
        Assert.Empty(center.Host.Vms);
        await Wait.UntilAsync(() => Task.FromResult(center.Host.Keys.IsEmpty), "the key leaves the host");
        Assert.All(
            await center.RecordsAsync(), r => Assert.Equal((KeyRecordStates.Known, false, 1L), (r.State, r.InUse, r.Generation)));
        Assert.Equal(Path, (await center.Store.ReadAsync(db => db.Raw.KnownVms.SingleAsync())).Path);

        Assert.Equal("succeeded", (await center.DoAsync("vms/register", $$"""{"path":"{{Path}}"}""")).State);
        var after = await center.VmAsync("a");
        Assert.Equal(
            (before.Id, "unlocked", before.Key, "compliant"), (after.Id, after.CryptoState, after.Key, after.Compliance));
        Assert.All(await center.RecordsAsync(), r => Assert.Equal((KeyRecordStates.Usable, true), (r.State, r.InUse)));
        Assert.Empty(await center.Store.ReadAsync(db => db.Raw.KnownVms.ToListAsync()));
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
        Assert.NotEmpty(await center.EventsAsync(EventIds.VmRegistered));
    }

    [Fact]
    public async Task A_locked_vm_is_unregistered_and_registered_only_when_its_key_is_in_reach()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.KmsDown = true;
        center.Host.Keys.Clear();
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister", "")).State);
        var refused = await center.RefusedAsync("vms/register", $$"""{"path":"{{Path}}"}""");
        Assert.Equal("msg.vigor.enc.keyNotFound", refused.Code);
        Assert.Empty(center.Host.Vms);
        center.Broker.KmsDown = false;
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", $$"""{"path":"{{Path}}"}""")).State);
    }

    [Fact]
    public async Task A_foreign_vm_gets_its_records_from_files_that_the_host_verified()
    {
        await using var center = await TestCenter.StartAsync();
        var files = Foreign(center, "x");
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", $$"""{"path":"{{files.Path}}"}""")).State);
        Assert.All(
            await center.RecordsAsync(), r => Assert.Equal((KeyRecordStates.Usable, true, 7L), (r.State, r.InUse, r.Generation)));
        Assert.Contains(
            files.Key.KeyId, Assert.Single(await center.EventsAsync(EventIds.CryptoOperation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_verify_leaves_no_record_no_key_and_no_name()
    {
        await using var center = await TestCenter.StartAsync();
        var files = Foreign(center, "x");
        center.Host.RefuseRegister = new Fault(
            FaultTypes.GenericVmConfigFault, "lorica.bundleEdited", files.Path, "The bundle was edited.");
        var task = await center.DoAsync("vms/register", $$"""{"path":"{{files.Path}}"}""");
        Assert.Equal(("failed", "lorica.bundleEdited"), (task.State, task.Fault!.Key));
        Assert.Empty(await center.RecordsAsync());
        Assert.Empty(await center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync()));
        await Wait.UntilAsync(() => Task.FromResult(center.Host.Keys.IsEmpty), "the key leaves the host");
        center.Host.RefuseRegister = null;
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", $$"""{"path":"{{files.Path}}"}""")).State);
    }

    [Fact]
    public async Task A_key_that_answers_with_another_check_value_is_never_delivered()
    {
        await using var center = await TestCenter.StartAsync();
        var files = Foreign(center, "x");
        center.Broker.Keys[files.Key.KeyId] = "00000000000000ff";
        var refused = await center.RefusedAsync("vms/register", $$"""{"path":"{{files.Path}}"}""");
        Assert.Equal(KeyReasons.WrongKey, Assert.Single(refused.Keys!).Reason);
        Assert.Empty(center.Host.Delivered);
    }

    [Fact]
    public async Task An_object_id_that_is_registered_is_refused()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var copy = center.Host.Vms.Values.Single().Clone();
        copy.Path = "[ds1] copy/copy.vmx";
        center.Host.Unregistered[copy.Path] = copy;
        Assert.Equal(
            "lorica.objectRegistered", (await center.RefusedAsync("vms/register", """{"path":"[ds1] copy/copy.vmx"}""")).Code);

        // Another VM's home around the same disk.
        (copy.VmId, copy.Name) = (Guid.NewGuid().ToString(), "copy");
        Assert.Equal(
            "lorica.objectRegistered", (await center.RefusedAsync("vms/register", """{"path":"[ds1] copy/copy.vmx"}""")).Code);
    }

    [Fact]
    public async Task A_file_that_names_the_key_of_another_vm_needs_Clone_or_Access_there()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var theirs = center.Host.Vms.Values.Single();
        var mine = Foreign(center, "mine");
        (mine.Key, mine.Kcv, mine.Disks[0].Key, mine.Disks[0].Kcv) = (theirs.Key, theirs.Kcv, theirs.Key, theirs.Kcv);
        var life = center.Vms;
        var without = await People.WithoutAsync(center, Privileges.CryptoClone, Privileges.CryptoAccess);
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => life.RegisterAsync(without, new RegisterVmBody { Path = mine.Path }, default));
        Assert.Equal((FaultTypes.NoPermission, "a"), (refused.Fault.Type, refused.Fault.Object));
        var withClone = await People.WithoutAsync(center, Privileges.CryptoAccess);
        await life.RegisterAsync(withClone, new RegisterVmBody { Path = mine.Path }, default);
    }

    [Fact]
    public async Task Older_than_known_is_refused_but_for_accept_older_with_RegisterVM_and_Decrypt()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var old = center.Host.Vms.Values.Single().Clone();
        await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""");
        await center.DoAsync("vms/a/unregister", "");
        center.Host.Unregistered[Path] = old;
        Assert.Equal("lorica.olderThanKnown", (await center.RefusedAsync("vms/register", $$"""{"path":"{{Path}}"}""")).Code);

        var life = center.Vms;
        var body = new RegisterVmBody { Path = Path, AcceptOlder = true };
        var refused = await Assert.ThrowsAsync<FaultException>(
            async () => await life.RegisterAsync(await People.WithoutAsync(center, Privileges.Decrypt), body, default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.Decrypt), (refused.Fault.Type, refused.Fault.Key));
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", $$"""{"path":"{{Path}}","acceptOlder":true}""")).State);
        Assert.Null((await center.VmAsync("a")).Suspect);
    }

    [Fact]
    public async Task Recrypted_elsewhere_is_refused_but_for_accept_changed_with_Access_and_weaker_always()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.DoAsync("vms/a/unregister", "");
        var files = center.Host.Unregistered[Path];
        var was = files.Clone();
        center.Broker.Keys["elsewhere"] = "00000000000000aa";
        (files.Key, files.Kcv, files.Generation) =
            (new Contracts.KeyRef { Provider = "kms1", KeyId = "elsewhere" }, "00000000000000aa", 9);
        Assert.Equal("lorica.keyDiffers", (await center.RefusedAsync("vms/register", $$"""{"path":"{{Path}}"}""")).Code);
        var plain = was.Clone();
        (plain.Encrypted, plain.Key, plain.Kcv, plain.Disks[0].Encrypted, plain.Disks[0].Key, plain.Disks[0].Kcv) =
            (false, null, "", false, null, "");
        center.Host.Unregistered[Path] = plain;
        Assert.Equal("lorica.weakerThanRecorded",
            (await center.RefusedAsync(
                "vms/register", $$"""{"path":"{{Path}}","acceptOlder":true,"acceptChanged":true}""")).Code);
        center.Host.Unregistered[Path] = files;
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", $$"""{"path":"{{Path}}","acceptChanged":true}""")).State);
    }

    [Fact]
    public async Task A_vm_is_registered_under_its_own_name_only()
    {
        await using var center = await TestCenter.StartAsync();
        var files = Foreign(center, "x");
        Assert.Equal("lorica.registerName",
            (await center.RefusedAsync("vms/register", $$"""{"path":"{{files.Path}}","name":"y"}""")).Code);
        await center.CreateAsync("x");
        Assert.Equal("lorica.vmExists", (await center.RefusedAsync("vms/register", $$"""{"path":"{{files.Path}}"}""")).Code);
    }

    [Theory]
    [InlineData(Privileges.RegisterVm)]
    [InlineData(Privileges.CryptoRegisterVm)]
    public async Task Register_needs_its_privileges_at_the_folder(string privilege)
    {
        await using var center = await TestCenter.StartAsync();
        var files = Foreign(center, "x");
        var caller = await People.WithoutAsync(center, privilege);
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.RegisterAsync(caller, new RegisterVmBody { Path = files.Path }, default));
        Assert.Equal((FaultTypes.NoPermission, privilege), (refused.Fault.Type, refused.Fault.Key));
        Assert.Empty(center.Host.Delivered);
    }

    [Fact]
    public async Task Unregister_needs_its_privilege()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var caller = await People.WithoutAsync(center, Privileges.UnregisterVm);
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.UnregisterAsync(caller, "a", fenced: false, default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.UnregisterVm), (refused.Fault.Type, refused.Fault.Key));
    }

    [Fact]
    public async Task Files_that_name_a_plain_disk_of_another_VM_do_not_take_its_policy_away()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var files = Foreign(center, "x");
        string taken = center.Host.Vms.Values.Single().Disks[0].ObjectId;
        (files.Encrypted, files.Key, files.Kcv) = (false, null, "");
        (files.Disks[0].Encrypted, files.Disks[0].Key, files.Disks[0].Kcv, files.Disks[0].ObjectId) = (false, null, "", taken);
        var refused = await center.RefusedAsync("vms/register", $$"""{"path":"{{files.Path}}"}""");
        Assert.Equal(("lorica.objectRegistered", files.Disks[0].Path), (refused.Code, refused.Object));
        Assert.Contains(taken, refused.Detail, StringComparison.Ordinal);
        Assert.Equal(2, await center.Store.ReadAsync(db => db.Raw.PolicyAssociations.CountAsync()));
        Assert.Single(await center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("datacenter-1")]
    public async Task An_id_that_no_VM_has_is_never_registered(string id)
    {
        await using var center = await TestCenter.StartAsync();
        var files = Foreign(center, "x");
        files.VmId = id;
        Assert.Equal("lorica.objectId", (await center.RefusedAsync("vms/register", $$"""{"path":"{{files.Path}}"}""")).Code);
        Assert.Empty(await center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync()));
    }

    [Fact]
    public async Task A_second_VM_in_the_folder_of_a_registered_one_is_refused_and_the_first_is_named()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", null);
        var second = Foreign(center, "a-2");
        center.Host.Unregistered.TryRemove(second.Path, out _);
        second.Path = "[ds1] a/a-2.vmx";
        center.Host.Unregistered[second.Path] = second;

        var refused = await center.RefusedAsync("vms/register", $$"""{"path":"{{second.Path}}"}""");

        Assert.Equal(("lorica.folderTaken", second.Path), (refused.Code, refused.Object));
        Assert.Contains("the VM a:", refused.Detail, StringComparison.Ordinal);
        Assert.Single(await center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync()));
        Assert.Empty(await center.RecordsAsync());
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister", "")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/register", $$"""{"path":"{{second.Path}}"}""")).State);
    }

    [Fact]
    public async Task Of_two_VMs_of_one_folder_that_come_at_once_one_is_registered()
    {
        await using var center = await TestCenter.StartAsync();
        var (first, second) = (Foreign(center, "x"), Foreign(center, "x-2"));
        center.Host.Unregistered.TryRemove(second.Path, out _);
        second.Path = "[ds1] X/x-2.vmx";
        center.Host.Unregistered[second.Path] = second;
        var hold = new TaskCompletionSource();
        center.Host.BeforeLife = _ => hold.Task;
        var life = center.Vms;
        var task = await life.RegisterAsync(Caller.System, new RegisterVmBody { Path = first.Path }, default);
        Assert.Equal("lorica.folderTaken", (await center.RefusedAsync("vms/register", $$"""{"path":"{{second.Path}}"}""")).Code);
        hold.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
    }

    private static VmDescription Foreign(TestCenter center, string name)
    {
        var key = new Contracts.KeyRef { Provider = "kms1", KeyId = "foreign-" + name };
        string kcv = center.Broker.Keys.GetOrAdd(key.KeyId, "0123456789abcdef");
        var vm = new VmDescription
        {
            VmId = Guid.NewGuid().ToString(), Name = name, PowerState = VmPowerState.Off, Encrypted = true, Key = key,
            Kcv = kcv, Generation = 7, Path = $"[ds1] {name}/{name}.vmx", Cpus = 1, MemoryMib = 64,
        };
        vm.Disks.Add(new DiskDescription
        {
            Label = "virtio0:0", Capacity = 1 << 20,
            Links =
            {
                new LinkDescription
                {
                    ObjectId = Guid.NewGuid().ToString(), Path = $"[ds1] {name}/{name}.vmdk", Provisioning = DiskFormat.Thin,
                    Encrypted = true, Key = key, Kcv = kcv, Generation = 7,
                },
            },
        });
        center.Host.Unregistered[vm.Path] = vm;
        return vm;
    }
}
