using System.Net;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using HostJobKind = Lorica.Contracts.Host.HostJobKind;
using UnfinishedWork = Lorica.Contracts.Host.UnfinishedWork;

namespace Lorica.ControlPlane.Tests.Inventory;

/// <summary>Keys that a request names, per object; deep recrypt.</summary>
public sealed class KeyChoiceTests
{
    [Fact]
    public async Task Home_and_disks_are_encrypted_under_keys_of_their_own_and_recorded_so()
    {
        await using var center = await TwoDisksAsync();
        await center.AddProviderAsync("kms2");
        center.Broker.Keys["ready"] = "0123456789abcdef";

        var task = await center.DoAsync("vms/a/policy",
            $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"objects":["home"],"provider":"kms1"},{"objects":["virtio0:0"],"provider":"kms2"},{"provider":"kms1","keyId":"ready"}]}""");

        Assert.Equal(("succeeded", null), (task.State, task.Fault?.Message));
        var vm = await center.VmAsync("a");
        Assert.Equal(["kms1", "kms2", "kms1"], [vm.Key!.Provider, .. vm.Disks.Select(d => d.Key!.Provider)]);
        Assert.Equal("ready", vm.Disks[1].Key!.Id);
        var records = await center.RecordsAsync();
        Assert.Equal(3, records.Count(r => r.InUse));
        Assert.Equal("0123456789abcdef", records.Single(r => r.KeyId == "ready").Kcv);
        Assert.Null(vm.Suspect);
        Assert.Empty((await center.EventsAsync("com.lorica.key.Orphan")));
    }

    [Fact]
    public async Task A_named_key_that_the_KMS_has_not_is_refused_before_anything_is_done()
    {
        await using var center = await TwoDisksAsync();
        var refused = await center.RefusedAsync("vms/a/policy",
            $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"keyId":"nowhere"}]}""");
        Assert.Equal("lorica.keyNotUsable", refused.Code);
        Assert.Empty(await center.RecordsAsync());
        Assert.Empty(center.Host.Started);
    }

    [Fact]
    public async Task A_named_key_that_answers_with_another_check_value_than_recorded_is_the_wrong_key()
    {
        await using var center = await TwoDisksAsync();
        await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy);
        string key = (await center.RecordsAsync())[0].KeyId;
        center.Broker.Keys[key] = "ffffffffffffffff";
        var refused = await center.RefusedAsync("vms/a/recrypt", $$"""{"mode":"deep","keys":[{"keyId":"{{key}}"}]}""");
        Assert.Contains("another key answers", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvalidDeviceSpec_badPolicy_a_crypto_request_with_a_policy_without_encryption()
    {
        await using var center = await TwoDisksAsync();
        var refused = await center.RefusedAsync("vms/a/policy",
            $$"""{"policy":"{{TestCenter.DefaultPolicy}}","keys":[{"provider":"kms1"}]}""", HttpStatusCode.BadRequest);
        Assert.Equal(("InvalidDeviceSpec", "msg.hostd.deviceSpec.enc.badPolicy"), (refused.Title, refused.Code));
    }

    [Fact]
    public async Task InvalidDeviceOperation_encrypted_a_key_for_a_disk_that_is_encrypted_already()
    {
        await using var center = await TwoDisksAsync();
        await center.DoAsync(
            "vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","home":true,"disks":["virtio0:0"]}""");
        var refused = await center.RefusedAsync("vms/a/policy",
            $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","home":false,"disks":["virtio0:0"],"keys":[{"objects":["virtio0:0"],"provider":"kms1"}]}""");
        Assert.Equal((FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.encrypted"), (refused.Title, refused.Code));
    }

    [Fact]
    public async Task InvalidDeviceOperation_notEncrypted_a_recrypt_of_a_plain_disk()
    {
        await using var center = await TwoDisksAsync();
        await center.DoAsync(
            "vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","home":true,"disks":["virtio0:0"]}""");
        var refused = await center.RefusedAsync("vms/a/recrypt", """{"mode":"shallow","disks":["virtio0:1"]}""");
        Assert.Equal((FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.notEncrypted"), (refused.Title, refused.Code));
    }

    [Fact]
    public async Task A_shallow_recrypt_of_one_disk_leaves_the_others_under_their_key()
    {
        await using var center = await TwoDisksAsync();
        await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy);
        var before = await center.VmAsync("a");
        Assert.Equal("succeeded",
            (await center.DoAsync("vms/a/recrypt", """{"mode":"shallow","home":false,"disks":["virtio0:1"]}""")).State);
        var after = await center.VmAsync("a");
        Assert.Equal((before.Key, before.Disks[0].Key), (after.Key, after.Disks[0].Key));
        Assert.NotEqual(before.Disks[1].Key, after.Disks[1].Key);
        var job = center.Host.Started.Last();
        Assert.Equal((HostJobKind.RecryptShallow, false), (job.Kind, job.Home));
        Assert.Equal(["virtio0:1"], job.Disks);
    }

    [Fact]
    public async Task A_deep_recrypt_runs_when_off_only_and_gives_new_keys()
    {
        await using var center = await TwoDisksAsync();
        await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy);
        await center.PowerAsync("a", "on");
        var refused = await center.RefusedAsync("vms/a/recrypt", """{"mode":"deep"}""");
        Assert.Equal(FaultTypes.InvalidPowerState, refused.Title);
        await center.PowerAsync("a", "off");
        var before = await center.VmAsync("a");

        var task = await center.DoAsync("vms/a/recrypt", """{"mode":"deep"}""");

        Assert.Equal("succeeded", task.State);
        Assert.Equal(HostJobKind.RecryptDeep, center.Host.Started.Last().Kind);
        var after = await center.VmAsync("a");
        Assert.NotEqual(before.Key, after.Key);
        Assert.All((await center.RecordsAsync()).GroupBy(r => r.ObjectId), g => Assert.Single(g, r => r.InUse));
        Assert.Null(after.Suspect);
    }

    [Fact]
    public async Task A_deep_recrypt_that_failed_half_way_is_finished_with_the_keys_that_it_was_begun_with()
    {
        await using var center = await TwoDisksAsync();
        await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy);
        center.Host.JobFault = new Fault(FaultTypes.SystemError, "lorica.io", "a", "sync failed");
        center.Host.BeforeJobFails = (vm, job) =>
        {
            vm.PendingJob = UnfinishedWork.Rekey;
            (vm.Disks[0].Key, vm.Disks[0].Kcv, vm.Disks[0].Transition) = (job.NewKey, job.NewKcv, UnfinishedWork.Rekey);
            vm.Disks[0].Generation++;
        };
        Assert.Equal("failed", (await center.DoAsync("vms/a/recrypt", """{"mode":"deep"}""")).State);
        center.Host.JobFault = null;
        int made = center.Broker.CreatedNames.Count;
        Assert.Equal("lorica.jobPending", (await center.RefusedAsync("vms/a/power", """{"action":"on"}""")).Code);
        Assert.Equal("lorica.jobPending", (await center.RefusedAsync("vms/a/recrypt", """{"mode":"shallow"}""")).Code);
        center.Host.Vms.Values.Single().Disks[0].Transition = UnfinishedWork.Unspecified;

        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"deep"}""")).State);

        Assert.Equal(made, center.Broker.CreatedNames.Count);
        Assert.Equal(center.Host.Started.First(s => s.Kind == HostJobKind.RecryptDeep).NewKey, center.Host.Started.Last().NewKey);
        Assert.All((await center.RecordsAsync()).Where(r => r.State != KeyRecordStates.Retired), r => Assert.True(r.InUse));
    }

    [Fact]
    public async Task An_encryption_that_failed_half_way_is_finished_with_the_key_that_each_object_was_begun_with()
    {
        await using var center = await TwoDisksAsync();
        await center.AddProviderAsync("kms2");
        center.Broker.Keys["ready"] = "0123456789abcdef";
        center.Host.JobFault = new Fault(FaultTypes.SystemError, "lorica.io", "a", "sync failed");
        center.Host.BeforeJobFails = (vm, job) =>
        {
            (vm.PendingJob, vm.Encrypted, vm.Key, vm.Kcv, vm.Generation) = (UnfinishedWork.Encrypt, true, job.NewKey, job.NewKcv,
                1);
            var own = job.Keys.Single(k => k.ObjectId == vm.Disks[0].ObjectId);
            (vm.Disks[0].Encrypted, vm.Disks[0].Key, vm.Disks[0].Kcv, vm.Disks[0].Generation) = (true, own.Key, own.Kcv, 1);
        };
        Assert.Equal("failed", (await center.DoAsync("vms/a/policy",
            $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"objects":["home"],"provider":"kms1"},{"objects":["virtio0:0"],"provider":"kms2"},{"provider":"kms1","keyId":"ready"}]}""")).State);
        center.Host.JobFault = null;
        int made = center.Broker.CreatedNames.Count;

        // Whatever is chosen now: the host finishes what the job was to reach.
        var task = await center.DoAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","home":true}""");

        Assert.Equal(("succeeded", null), (task.State, task.Fault?.Message));
        Assert.Equal(made, center.Broker.CreatedNames.Count);
        var (first, second) = (center.Host.Started.First(), center.Host.Started.Last());
        Assert.Equal(3, first.Keys.Count);
        Assert.Equal(first.NewKey, second.NewKey);
        Assert.Equal(2, second.Keys.Count);
        Assert.All(second.Keys, k => Assert.Contains(k, first.Keys));
        var vm = await center.VmAsync("a");
        Assert.Equal(("ready", "compliant"), (vm.Disks[1].Key!.Id, vm.Disks[1].Compliance));
        Assert.All(await center.RecordsAsync(), r => Assert.True(r.InUse));
    }

    [Fact]
    public async Task An_object_that_a_broken_off_encryption_did_not_reach_gets_the_home_s_key_when_its_own_is_gone()
    {
        await using var center = await TwoDisksAsync();
        center.Broker.Keys["ready"] = "0123456789abcdef";
        center.Host.JobFault = new Fault(FaultTypes.SystemError, "lorica.io", "a", "sync failed");
        center.Host.BeforeJobFails = (vm, job) =>
        {
            (vm.PendingJob, vm.Encrypted, vm.Key, vm.Kcv, vm.Generation) = (UnfinishedWork.Encrypt, true, job.NewKey, job.NewKcv,
                1);
            var own = job.Keys.Single(k => k.ObjectId == vm.Disks[0].ObjectId);
            (vm.Disks[0].Encrypted, vm.Disks[0].Key, vm.Disks[0].Kcv, vm.Disks[0].Generation) = (true, own.Key, own.Kcv, 1);
        };
        Assert.Equal("failed", (await center.DoAsync("vms/a/policy",
            $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"objects":["virtio0:1"],"provider":"kms1","keyId":"ready"},{"provider":"kms1"}]}""")).State);
        center.Host.JobFault = null;
        Assert.True(center.Broker.Keys.TryRemove("ready", out _));

        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy)).State);

        var vm = await center.VmAsync("a");
        Assert.Equal((vm.Key, null), (vm.Disks[1].Key, vm.Suspect));
        Assert.All((await center.RecordsAsync()).GroupBy(r => r.ObjectId), g => Assert.Single(g, r => r.InUse));
    }

    [Fact]
    public async Task A_key_of_a_VM_that_left_the_inventory_and_the_key_of_a_host_are_given_to_no_other_VM()
    {
        await using var center = await TwoDisksAsync();
        await center.CreateAsync("gone", TestCenter.EncryptionPolicy);
        Assert.True((await center.PostAsync("hosts/h1/crypto", """{"action":"rotate"}""")).IsSuccessStatusCode);
        var records = await center.RecordsAsync();
        var (left, host) = (records.First(r => r.Kind == "vm").KeyId, records.Single(r => r.Kind == "host").KeyId);
        Assert.Equal("succeeded", (await center.DoAsync("vms/gone/unregister", "")).State);

        foreach (var (key, owner) in ((string, string)[])[(left, "gone, which left the inventory"), (host, "host h1")])
        {
            var refused = await center.RefusedAsync(
                "vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"keyId":"{{key}}"}]}""");
            Assert.Equal("lorica.keyInUse", refused.Code);
            Assert.Contains($"belongs to {owner}.", refused.Detail, StringComparison.Ordinal);
            Assert.Equal("lorica.keyInUse", (await center.RefusedAsync(
                "vms", $$"""{"name":"b","disks":[{"capacity":1048576}],"policy":"{{TestCenter.EncryptionPolicy}}","keys":[{"keyId":"{{key}}"}]}""")).Code);
        }

        Assert.Empty(center.Host.Started);
    }

    private static async Task<TestCenter> TwoDisksAsync()
    {
        var center = await TestCenter.StartAsync();
        await center.DoAsync("vms", """{"name":"a","disks":[{"capacity":1048576},{"capacity":1048576}]}""");
        return center;
    }
}
