using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using DiskFormat = Lorica.Contracts.Host.DiskFormat;

namespace Lorica.ControlPlane.Tests.Lifecycle;

public sealed class DiskTests
{
    [Fact]
    public async Task Add_new_disk_policy_decides()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("p");

        Assert.Equal("succeeded", (await center.DoAsync("vms/a/disks", """{"capacity":1048576}""")).State);
        Assert.Equal("succeeded",
            (await center.DoAsync("vms/a/disks", $$"""{"capacity":1048576,"policy":"{{TestCenter.DefaultPolicy}}"}""")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/disks", """{"capacity":1048576,"newKeyFrom":"default"}""")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/p/disks", """{"capacity":1048576}""")).State);
        var a = await center.VmAsync("a");
        Assert.Null(a.Suspect);
        Assert.Equal([true, true, false, true], a.Disks.Select(d => d.Encrypted));
        Assert.Equal(a.Key, a.Disks[1].Key);
        Assert.NotEqual(a.Key, a.Disks[3].Key);
        Assert.Equal(["virtio0:0", "virtio0:1", "virtio0:2", "virtio0:3"], a.Disks.Select(d => d.Label));
        Assert.Equal([false, false], (await center.VmAsync("p")).Disks.Select(d => d.Encrypted));
        Assert.All((await center.RecordsAsync()), r => Assert.True(r.InUse));

        Assert.Equal("msg.hostd.configSpec.enc.mismatch",
            (await center.RefusedAsync(
                "vms/p/disks", $$"""{"capacity":1048576,"policy":"{{TestCenter.EncryptionPolicy}}"}""")).Code);
        Assert.Equal("msg.hostd.deviceSpec.enc.badPolicy",
            (await center.RefusedAsync(
                "vms/a/disks", $$"""{"capacity":1048576,"policy":"{{TestCenter.DefaultPolicy}}","newKeyFrom":"kms1"}""")).Code);
    }

    [Fact]
    public async Task Disk_detached_and_attached_again()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        await center.DoAsync("vms/a/disks", """{"capacity":1048576}""");
        var disk = (await center.VmAsync("a")).Disks[1];
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/disks/virtio0:1/detach", "")).State);
        Assert.Single((await center.VmAsync("a")).Disks);
        Assert.Null((await center.VmAsync("a")).Suspect);
        Assert.Equal(KeyRecordStates.Known, (await center.RecordsAsync())[^1].State);

        // An encrypted disk is attached under an encryption policy that is named, and under no other.
        Assert.Equal("msg.hostd.deviceSpec.enc.badPolicy",
            (await center.RefusedAsync("vms/b/disks/attach", $$"""{"path":"{{disk.Path}}"}""")).Code);
        Assert.Equal("succeeded", (await center.DoAsync(
            "vms/b/disks/attach", $$"""{"path":"{{disk.Path}}","policy":"{{TestCenter.EncryptionPolicy}}"}""")).State);
        var b = await center.VmAsync("b");
        Assert.Null(b.Suspect);
        Assert.Equal((disk.Key, "compliant"), (b.Disks[1].Key, b.Disks[1].Compliance));
        Assert.Equal("succeeded", (await center.PowerAsync("b", "on")).State);
    }

    [Fact]
    public async Task A_detached_encrypted_disk_whose_descriptor_was_replaced_by_a_plain_one_is_attached_nowhere()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("p");
        await center.DoAsync("vms/a/disks", """{"capacity":1048576}""");
        var disk = (await center.VmAsync("a")).Disks[1];
        await center.DoAsync("vms/a/disks/virtio0:1/detach", "");
        var file = center.Host.Detached[disk.Path];
        (file.Encrypted, file.ObjectId, file.Key, file.Kcv) = (false, "", null, "");

        var refused = await center.RefusedAsync("vms/p/disks/attach", $$"""{"path":"{{disk.Path}}"}""");
        Assert.Equal("lorica.weakerThanRecorded", refused.Code);
        Assert.Single((await center.VmAsync("p")).Disks);

        // Nor when the VM left with it.
        await center.CreateAsync("left", TestCenter.EncryptionPolicy);
        var gone = center.Host.Vms.Values.Single(v => v.Name == "left").Disks[0].Clone();
        await center.DoAsync("vms/left/unregister", "");
        center.Host.Detached[gone.Path] = new()
        {
            Capacity = gone.Capacity, Links = { new LinkDescription { Path = gone.Path } },
        };
        Assert.Equal("lorica.weakerThanRecorded",
            (await center.RefusedAsync("vms/p/disks/attach", $$"""{"path":"{{gone.Path}}"}""")).Code);

        // A host that makes a VM in that place has found it free.
        await center.CreateAsync("left");
        Assert.Equal("succeeded", (await center.DoAsync("vms/left/disks/virtio0:0/detach", "")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/p/disks/attach", $$"""{"path":"{{gone.Path}}"}""")).State);
        await center.DoAsync("vms/p/disks/virtio0:1/detach", "");

        // A disk that was never encrypted comes and goes.
        await center.DoAsync("vms/p/disks", """{"capacity":1048576}""");
        string plain = (await center.VmAsync("p")).Disks[1].Path;
        await center.DoAsync("vms/p/disks/virtio0:1/detach", "");
        Assert.Equal("succeeded", (await center.DoAsync("vms/p/disks/attach", $$"""{"path":"{{plain}}"}""")).State);
    }

    [Fact]
    public async Task Encrypted_disk_on_a_plain_VM()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("p");
        await center.DoAsync("vms/a/disks", """{"capacity":1048576}""");
        var disk = (await center.VmAsync("a")).Disks[1];
        await center.DoAsync("vms/a/disks/virtio0:1/detach", "");
        var refused = await center.RefusedAsync(
            "vms/p/disks/attach", $$"""{"path":"{{disk.Path}}","policy":"{{TestCenter.EncryptionPolicy}}"}""");
        Assert.Equal((FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch"), (refused.Title, refused.Code));
    }

    [Fact]
    public async Task Plain_disk_on_an_encrypted_VM()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var plain = new LinkDescription { Path = "[ds1] loose/loose.vmdk", Provisioning = DiskFormat.Thin };
        center.Host.Detached[plain.Path] = new DiskDescription { Capacity = 1 << 20, Links = { plain } };
        var refused = await center.RefusedAsync(
            "vms/a/disks/attach", $$"""{"path":"{{plain.Path}}","policy":"{{TestCenter.EncryptionPolicy}}"}""");
        Assert.Equal((FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.notEncrypted"), (refused.Title, refused.Code));

        // The way out: attach with the default policy, then change the policy.
        var strict = await People.WithoutAsync(center, Privileges.CryptoAccess);
        var noAccess = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.AttachDiskAsync(strict, "a", new AttachDiskBody { Path = plain.Path }, default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.CryptoAccess), (noAccess.Fault.Type, noAccess.Fault.Key));
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/disks/attach", $$"""{"path":"{{plain.Path}}"}""")).State);
        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy)).State);
        Assert.All((await center.VmAsync("a")).Disks, d => Assert.True(d.Encrypted));
    }

    [Fact]
    public async Task A_shared_backing_is_refused()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        string theirs = (await center.VmAsync("b")).Disks[0].Path;
        string body = $$"""{"path":"{{theirs}}","policy":"{{TestCenter.EncryptionPolicy}}"}""";
        Assert.Equal("msg.hostd.deviceSpec.enc.sharedBacking", (await center.RefusedAsync("vms/a/disks/attach", body)).Code);
        Assert.Equal("msg.hostd.deviceSpec.enc.sharedBacking",
            (await center.RefusedAsync("vms/a/disks/attach", """{"path":"[ds1] x/x.vmdk","shared":true}""")).Code);
    }

    [Fact]
    public async Task Disk_key_missing_detach_and_remove_need_the_home_key_only()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.DoAsync("vms/a/disks", """{"capacity":1048576,"newKeyFrom":"default"}""");
        var lost = (await center.VmAsync("a")).Disks[1].Key!;
        center.Broker.Keys.TryRemove(lost.Id, out _);
        center.Host.Keys.TryRemove($"kms1/{lost.Id}", out _);
        string disk = (await center.VmAsync("a")).Disks[1].Path;
        var refused = await center.RefusedAsync("vms/a/power", """{"action":"on"}""");
        Assert.Equal(
            ("msg.vigor.enc.keyNotFound", disk, $"The disk {disk} is encrypted and a required key was not found."),
            (refused.Code, refused.Object, refused.Detail));

        var reply = await center.Http.DeleteAsync("/api/v1/vms/a/disks/virtio0:1");
        var task = await System.Net.Http.Json.HttpContentJsonExtensions.ReadFromJsonAsync(
            reply.Content, RestJson.Default.TaskModel);
        Assert.Equal("succeeded", (await center.EndAsync(task!.Id)).State);
        Assert.Single((await center.VmAsync("a")).Disks);
        Assert.Empty(center.Host.Detached);
        Assert.Equal(KeyRecordStates.Retired, (await center.RecordsAsync()).Single(r => r.KeyId == lost.Id).State);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_disk_grows_and_its_record_follows_and_it_never_becomes_smaller()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/disks/virtio0:0/resize", """{"capacity":2097152}""")).State);
        var a = await center.VmAsync("a");
        Assert.Equal((2097152, null), (a.Disks[0].Capacity, a.Suspect));
        Assert.All(await center.RecordsAsync(), r => Assert.Equal(2, r.Generation));
        Assert.Equal(
            "lorica.diskShrinks", (await center.RefusedAsync("vms/a/disks/virtio0:0/resize", """{"capacity":1048576}""")).Code);
    }

    [Fact]
    public async Task Disks_change_only_while_the_vm_is_off()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.PowerAsync("a", "on");
        Assert.Equal("lorica.mustBeOff", (await center.RefusedAsync("vms/a/disks", """{"capacity":1048576}""")).Code);
        Assert.Equal("lorica.mustBeOff", (await center.RefusedAsync("vms/a/disks/virtio0:0/detach", "")).Code);
        Assert.Equal("lorica.mustBeOff", (await center.RefusedAsync("vms/a/unregister", "")).Code);
        Assert.Equal(
            "lorica.mustBeOff", (await center.RefusedAsync("vms/a/disks/virtio0:0/resize", """{"capacity":2097152}""")).Code);
    }

    [Theory]
    [InlineData(Privileges.AddNewDisk)]
    [InlineData(Privileges.CryptoAddDisk)]
    public async Task Add_disk_needs_its_privileges(string privilege)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var caller = await People.WithoutAsync(center, privilege);
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.Vms.AddDiskAsync(caller, "a", new AddDiskBody { Capacity = 1 << 20 }, default));
        Assert.Equal((FaultTypes.NoPermission, privilege, "a"), (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
    }

    [Fact]
    public async Task A_plain_disk_needs_direct_access_while_the_policy_of_home_or_of_any_disk_is_strict()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var easy = await center.PostAsync("policies", """{"name":"easy","encryption":true,"strict":false}""");
        Assert.True(easy.IsSuccessStatusCode, await easy.Content.ReadAsStringAsync());
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/policy", """{"policy":"easy","home":true}""")).State);
        var caller = await People.WithoutAsync(center, Privileges.CryptoAccess);
        var life = center.Vms;
        var plain = new AddDiskBody { Capacity = 1 << 20, Policy = TestCenter.DefaultPolicy };
        var refused = await Assert.ThrowsAsync<FaultException>(() => life.AddDiskAsync(caller, "a", plain, default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.CryptoAccess, "a"),
            (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));

        Assert.Equal("succeeded", (await center.DoAsync("vms/a/policy", """{"policy":"easy"}""")).State);
        Assert.Equal("succeeded", (await center.EndAsync((await life.AddDiskAsync(caller, "a", plain, default)).Id)).State);
    }

    [Fact]
    public async Task Two_operations_at_once_on_one_VM()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.HoldJobs = new TaskCompletionSource();
        var first = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        var refused = await center.RefusedAsync("vms/a/disks", """{"capacity":1048576}""");
        Assert.Equal((FaultTypes.ResourceInUse, "lorica.taskUnderWay"), (refused.Title, refused.Code));
        Assert.Contains(first.Id, refused.Detail, StringComparison.Ordinal);

        center.Host.HoldJobs.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(first.Id)).State);
    }
}
