using System.Net;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using UnfinishedWork = Lorica.Contracts.Host.UnfinishedWork;

namespace Lorica.ControlPlane.Tests.Keys;

public sealed class EncryptionTests
{
    [Fact]
    public async Task A_record_is_pending_until_the_key_was_activated_and_fetched_back_and_usable_afterwards()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        List<KeyRecordRow> during = [];
        center.Broker.OnActivate = async _ => during = await center.RecordsAsync();

        var task = await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy);

        Assert.Equal("succeeded", task.State);
        Assert.Equal(2, during.Count);
        Assert.All(during, r => Assert.Equal((KeyRecordStates.Pending, "", false), (r.State, r.Kcv, r.InUse)));
        var records = await center.RecordsAsync();
        Assert.All(
            records, r => Assert.Equal((KeyRecordStates.Usable, center.Broker.Keys[r.KeyId], true), (r.State, r.Kcv, r.InUse)));
        var vm = await center.VmAsync("a");
        Assert.Equal((true, "compliant", "unlocked", "VM Encryption Policy"),
            (vm.Encrypted, vm.Compliance, vm.CryptoState, vm.Policy.Name));
        Assert.Equal(records[0].KeyId, vm.Key!.Id);
        Assert.All(vm.Disks, d => Assert.Equal((true, "compliant"), (d.Encrypted, d.Compliance)));
        var audit = Assert.Single(await center.EventsAsync(EventIds.CryptoOperation));
        Assert.Contains(records[0].KeyId, audit.Message, StringComparison.Ordinal);
        Assert.Contains(vm.Id, Assert.Single(center.Broker.CreatedNames), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_computes_another_check_value_is_not_given_a_job_and_the_key_is_noted_as_an_orphan()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.ComputesKcv = "0000000000000000";

        var task = await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy);

        Assert.Equal("failed", task.State);
        Assert.Equal(KeyReasons.WrongKey, Assert.Single(task.Fault!.Keys).Reason);
        Assert.Empty(center.Host.Started);
        Assert.All(await center.RecordsAsync(), r => Assert.Equal(KeyRecordStates.Retired, r.State));
        Assert.NotEmpty(await center.EventsAsync(EventIds.OrphanKey));
        Assert.False((await center.VmAsync("a")).Encrypted);
    }

    [Fact]
    public async Task A_key_id_that_a_record_has_already_is_refused()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("b");
        center.Broker.NextId = (await center.RecordsAsync())[0].KeyId;

        var task = await center.SetPolicyAsync("b", TestCenter.EncryptionPolicy);

        Assert.Equal(("failed", "lorica.keyRefused"), (task.State, task.Fault!.Key));
        Assert.Equal(2, (await center.RecordsAsync()).Count);
        Assert.Single(await center.EventsAsync(EventIds.KeyGenerateFail));
    }

    [Fact]
    public async Task Decrypting_retires_the_records_and_takes_the_key_off_the_host_but_not_off_the_KMS()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        Assert.Single(center.Host.Keys);

        var task = await center.SetPolicyAsync("a", TestCenter.DefaultPolicy);

        Assert.Equal("succeeded", task.State);
        Assert.All(await center.RecordsAsync(), r => Assert.Equal((KeyRecordStates.Retired, false), (r.State, r.InUse)));
        await Wait.UntilAsync(() => center.Host.Keys.IsEmpty, "the host dropped the key");
        Assert.Single(center.Broker.Keys);
        var vm = await center.VmAsync("a");
        Assert.Equal((false, "notApplicable", "Datastore Default"), (vm.Encrypted, vm.Compliance, vm.Policy.Name));
        Assert.Null(vm.Key);
    }

    [Fact]
    public async Task A_shallow_recrypt_gives_every_object_the_new_key_and_drops_the_old_one_from_the_host()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string old = (await center.VmAsync("a")).Key!.Id;

        var task = await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""");

        Assert.Equal("succeeded", task.State);
        var vm = await center.VmAsync("a");
        Assert.NotEqual(old, vm.Key!.Id);
        Assert.All(vm.Disks, d => Assert.Equal(vm.Key.Id, d.Key!.Id));
        var records = await center.RecordsAsync();
        Assert.All(records.Where(r => r.KeyId == old), r => Assert.Equal((KeyRecordStates.Retired, false), (r.State, r.InUse)));
        Assert.All(
            records.Where(r => r.KeyId == vm.Key.Id), r => Assert.Equal((KeyRecordStates.Usable, true), (r.State, r.InUse)));
        await Wait.UntilAsync(
            () => center.Host.Keys.Keys.ToList() is [var only] && only == $"kms1/{vm.Key.Id}", "the host dropped the old key");
        Assert.Null(vm.Suspect);
    }

    [Fact]
    public async Task A_failed_recrypt_leaves_the_old_key_in_use_and_notes_the_new_one_as_an_orphan()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string old = (await center.VmAsync("a")).Key!.Id;
        center.Host.JobFault = new Fault(FaultTypes.NoDiskSpace, "lorica.noSpace", "ds1", "No space.");

        var task = await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""");

        Assert.Equal(("failed", FaultTypes.NoDiskSpace), (task.State, task.Fault!.Type));
        Assert.Equal(old, (await center.VmAsync("a")).Key!.Id);
        Assert.All(
            (await center.RecordsAsync()).Where(r => r.State == KeyRecordStates.Usable), r =>
                Assert.Equal((old, true), (r.KeyId, r.InUse)));
        Assert.Single(await center.EventsAsync(EventIds.OrphanKey));
        Assert.Single(await center.EventsAsync(EventIds.NoDiskSpace));
        Assert.Single(await center.EventsAsync(EventIds.RekeyFail));
        center.Host.JobFault = null;
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_recrypt_that_failed_behind_its_commit_point_is_finished_with_the_key_that_it_made()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string old = (await center.VmAsync("a")).Key!.Id;
        center.Host.JobFault = new Fault(FaultTypes.SystemError, "lorica.io", "ds1", "I/O error.");
        center.Host.BeforeJobFails = (vm, request) =>
            (vm.Key, vm.Kcv, vm.PendingJob) = (request.NewKey, request.NewKcv, UnfinishedWork.Recrypt);

        Assert.Equal("failed", (await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""")).State);

        string made = (await center.RecordsAsync()).Single(r => r.KeyId != old && r.InUse).KeyId;
        Assert.All((await center.RecordsAsync()).Where(r => r.KeyId == made), r => Assert.Equal(KeyRecordStates.Usable, r.State));
        Assert.Null((await center.VmAsync("a")).Suspect);
        center.Host.JobFault = null;
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"shallow"}""")).State);
        Assert.Equal(2, center.Broker.Keys.Count);
        var vm = await center.VmAsync("a");
        Assert.Null(vm.Suspect);
        Assert.All(vm.Disks.Select(d => d.Key!.Id).Append(vm.Key!.Id), k => Assert.Equal(made, k));
        Assert.All(
            (await center.RecordsAsync()).Where(r => r.KeyId == old), r =>
                Assert.Equal((KeyRecordStates.Retired, false), (r.State, r.InUse)));
    }

    [Fact]
    public async Task Without_a_provider_no_key_is_made_and_nothing_changes()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("a");

        var refused = await center.RefusedAsync(
            "vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""", HttpStatusCode.Conflict);

        Assert.Equal("lorica.noKeyProvider", refused.Code);
        Assert.Empty(await center.RecordsAsync());
        Assert.Null((await center.VmAsync("a")).Task);
    }

    [Fact]
    public async Task The_same_policy_again_succeeds_and_does_nothing_even_while_the_VM_runs()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.PowerAsync("a", "on");

        var task = await center.SetPolicyAsync("a", "4d5f673c-536f-11e6-beb8-9e71128cae77");

        Assert.Equal(("succeeded", "vm.setPolicy"), (task.State, task.Kind));
        Assert.Empty(center.Host.Started);
        Assert.Single(center.Broker.Keys);
    }

    [Fact]
    public async Task Encrypting_a_running_VM_is_refused_before_a_key_is_made()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.PowerAsync("a", "on");

        var refused = await center.RefusedAsync(
            "vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""", HttpStatusCode.Conflict);

        Assert.Equal(FaultTypes.InvalidPowerState, refused.Title);
        Assert.Empty(center.Broker.Keys);
    }
}
