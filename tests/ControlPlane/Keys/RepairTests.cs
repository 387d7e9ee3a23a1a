using System.Net;
using System.Net.Http.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Recovery;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>The way back for a VM whose files name a key of which the record was given up too early.</summary>
public sealed class RepairTests
{
    private const long OlderThanAll = -1;
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("encrypt", "lorica.notRecorded")]
    [InlineData("recryptDeep", "lorica.keyDiffers")]
    [InlineData("recryptShallow", "lorica.keyDiffers")]
    public async Task A_VM_whose_records_were_given_up_in_the_middle_is_repaired_finished_and_runs(string job, string suspect)
    {
        await using var center = await StartAsync();
        await DamageAsync(center, job);
        Assert.Equal(suspect, (await center.VmAsync("a")).Suspect?.Key);
        Assert.NotEqual("succeeded", (await AgainAsync(center, job))?.State);
        var before = await center.RecordsAsync();

        var told = await RepairAsync(center, apply: false);
        Assert.Equal((true, false), (told.Ok, told.Applied));
        Assert.Contains(told.Objects, o => o.Action == "adopt");
        Assert.NotEqual("", told.Next);
        Assert.Equivalent(before, await center.RecordsAsync());
        Assert.Empty(await center.EventsAsync(EventIds.VmRepaired));

        Assert.True((await RepairAsync(center, apply: true)).Applied);
        Assert.Null((await center.VmAsync("a")).Suspect);
        Assert.Single(await center.EventsAsync(EventIds.VmRepaired));

        Assert.Equal("succeeded", (await AgainAsync(center, job))?.State);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
        var vm = await center.VmAsync("a");
        Assert.Null(vm.Suspect);
        Assert.Single(vm.Disks.Select(d => d.Key!.Id).Append(vm.Key!.Id).Distinct());
        Assert.True(await RepairAsync(center, apply: true) is { Ok: true, Applied: false });
    }

    [Theory]
    [InlineData(Privileges.CryptoRegisterVm)]
    [InlineData(Privileges.Decrypt)]
    [InlineData(Privileges.CryptoAccess)]
    public async Task A_repair_needs_what_accepting_a_suspect_VM_needs(string privilege)
    {
        await using var center = await StartAsync();
        await DamageAsync(center, "encrypt");
        var bob = await People.WithoutAsync(center, privilege);
        foreach (bool apply in new[] { false, true })
        {
            var refused = await Assert.ThrowsAsync<FaultException>(
                () => center.Service<RepairService>().RepairAsync(bob, "a", new RepairVmBody(apply), None));
            Assert.Equal((FaultTypes.NoPermission, privilege), (refused.Fault.Type, refused.Fault.Key));
        }
    }

    [Fact]
    public async Task A_key_that_the_KMS_does_not_give_or_gives_otherwise_is_not_adopted()
    {
        await using var center = await StartAsync();
        string key = await DamageAsync(center, "encrypt");
        string kcv = center.Broker.Keys[key];
        center.Broker.Keys[key] = "0000000000000000";
        await AssertRefusedAsync(center, "msg.vigor.enc.keyNotFound");
        center.Broker.Keys.TryRemove(key, out _);
        await AssertRefusedAsync(center, "msg.vigor.enc.keyNotFound");
        center.Broker.Keys[key] = kcv;
        Assert.True((await RepairAsync(center, apply: true)).Applied);
    }

    [Fact]
    public async Task A_key_that_no_record_of_the_object_ever_named_is_refused_and_so_is_that_of_another_VM()
    {
        await using var center = await StartAsync();
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        await DamageAsync(center, "encrypt");
        var files = center.Host.Vms[(await center.VmAsync("a")).Id];
        var own = files.Key;

        files.Key = own.Clone();
        files.Key.KeyId = "key-of-nobody";
        await AssertRefusedAsync(center, "lorica.notRecorded");
        files.Key.KeyId = (await center.VmAsync("b")).Key!.Id;
        await AssertRefusedAsync(center, "lorica.keyOfAnotherVm");

        files.Key = own;
        var disk = files.Disks[0];
        (disk.ObjectId, string? id) = (Guid.NewGuid().ToString(), disk.ObjectId);
        await AssertRefusedAsync(center, "lorica.notRecorded");
        disk.ObjectId = id;
        files.Kcv = "0000000000000000";
        await AssertRefusedAsync(center, "lorica.kcvDiffers");
    }

    [Fact]
    public async Task An_older_file_that_was_put_back_is_no_case_for_a_repair()
    {
        await using var center = await StartAsync();
        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy)).State);
        string id = (await center.VmAsync("a")).Id;
        var older = center.Host.Vms[id].Clone();
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/recrypt", """{"mode":"deep"}""")).State);
        var newer = center.Host.Vms[id];
        var last = newer.Clone();

        // Also where its record was never noted as used: something newer followed.
        center.Host.Vms[id] = older;
        await AssertRefusedAsync(center, "lorica.olderThanKnown");
        await center.Store.WriteAsync(db => db.Raw.KeyRecords.Where(r => r.State == KeyRecordStates.Retired)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Generation, 0), None));
        await AssertRefusedAsync(center, "lorica.olderThanKnown");

        // After a decryption nothing newer follows: that it was used is enough.
        center.Host.Vms[id] = newer;
        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.DefaultPolicy)).State);
        center.Host.Vms[id] = last;
        await AssertRefusedAsync(center, "lorica.olderThanKnown");
    }

    [Theory]
    [InlineData("the disk is another VM's", "lorica.objectRegistered")]
    [InlineData("the key is another VM's", "lorica.keyOfAnotherVm")]
    [InlineData("the key is that of a VM that left", "lorica.keyOfAnotherVm")]
    [InlineData("the key is a host's", "lorica.keyOfAnotherVm")]
    public async Task What_belongs_to_another_by_now_stays_there_also_when_it_came_to_that_in_the_middle_of_the_repair(
        string what, string code)
    {
        await using var center = await StartAsync();
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        string key = await DamageAsync(center, "encrypt");
        var files = center.Host.Vms[(await center.VmAsync("a")).Id];
        long number = 0L;
        async Task HappensAsync()
        {
            bool left = what.Contains("left", StringComparison.Ordinal);
            string other = left ? Guid.NewGuid().ToString() : (await center.VmAsync("b")).Id;
            bool host = what.Contains("host", StringComparison.Ordinal);
            bool disk = what.Contains("disk", StringComparison.Ordinal);
            var row = new KeyRecordRow
            {
                ObjectId = disk ? files.Disks[0].ObjectId : host ? "another-host" : other + "-2", Kind = host ? "host" : "disk",
                VmId = host ? "" : other, Provider = "kms1", KeyId = disk ? "key-of-b" : key, Kcv = "1111111111111111",
                TaskId = "t", Number = disk ? OlderThanAll : 0,
                State = left ? KeyRecordStates.Known : KeyRecordStates.Usable, InUse = !left,
            };
            await center.Store.WriteAsync(db => Task.FromResult(db.Raw.KeyRecords.Add(row)));
            number = row.Number;
        }

        await HappensAsync();
        await AssertRefusedAsync(center, code);
        await center.Store.WriteAsync(db => db.Raw.KeyRecords.Where(r => r.Number == number).ExecuteDeleteAsync(None));

        var states = (await center.RecordsAsync()).Select(r => (r.Number, r.State, r.InUse)).ToList();
        center.Broker.OnCheck = async _ =>
        {
            center.Broker.OnCheck = null;
            await HappensAsync();
        };
        Assert.Equal(code, (await center.RefusedAsync("vms/a/repair", """{"apply":true}""")).Code);
        Assert.NotEqual(0, number);
        Assert.Equal(
            states, (await center.RecordsAsync()).Where(r => r.Number != number).Select(r => (r.Number, r.State, r.InUse)));
        Assert.Empty(await center.EventsAsync(EventIds.VmRepaired));

        await center.Store.WriteAsync(db => db.Raw.KeyRecords.Where(r => r.Number == number).ExecuteDeleteAsync(None));
        Assert.True((await RepairAsync(center, apply: true)).Applied);
    }

    [Fact]
    public async Task Who_may_not_any_more_when_the_repair_is_written_repairs_nothing()
    {
        await using var center = await StartAsync();
        await DamageAsync(center, "encrypt");
        var bob = await People.WithoutAsync(center);
        var before = await center.RecordsAsync();
        center.Broker.OnCheck = _ => People.WithdrawAsync(center, bob);
        var refused = await Assert.ThrowsAsync<FaultException>(
            () => center.Service<RepairService>().RepairAsync(bob, "a", new RepairVmBody(Apply: true), None));
        Assert.Equal(FaultTypes.NoPermission, refused.Fault.Type);
        Assert.Equivalent(before, await center.RecordsAsync());
        Assert.Empty(await center.EventsAsync(EventIds.VmRepaired));
    }

    [Fact]
    public async Task A_repair_waits_for_no_task_but_is_refused_while_one_is_under_way()
    {
        await using var center = await StartAsync();
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        Assert.Equal(FaultTypes.ResourceInUse, (await center.RefusedAsync("vms/a/repair", """{"apply":true}""")).Title);
        center.Host.HoldJobs.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
    }

    private static async Task<TestCenter> StartAsync()
    {
        var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.InPlace = true;
        return center;
    }

    /// <summary>
    /// A job broken off in the middle by a power cut, whose records were then given up and whose task was ended, as it once
    /// happened. Returns the id of the key that it made.
    /// </summary>
    private static async Task<string> DamageAsync(TestCenter center, string job)
    {
        if (job != "encrypt")
        {
            Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy)).State);
        }

        int before = center.Host.Started.Count;
        var hold = center.Host.HoldJobs = new TaskCompletionSource();
        var task = job == "encrypt"
            ? await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""")
            : await center.BeginAsync("vms/a/recrypt", $$"""{"mode":"{{(job == "recryptDeep" ? "deep" : "shallow")}}"}""");
        await Wait.UntilAsync(() => center.Host.Started.Count > before, "the job runs");
        string key = (await center.RecordsAsync()).Last(r => r.TaskId == task.Id).KeyId;
        await center.RestartAsync(async () =>
        {
            center.Host.Restart();
            center.Host.HoldJobs = null;
            hold.TrySetResult();
            await using var db = new Microsoft.Data.Sqlite.SqliteConnection(
                $"Data Source={CenterStore.PathIn(center.StateFolder)}");
            await db.OpenAsync(None);
            await using var command = db.CreateCommand();
            command.CommandText =
                "UPDATE key_records SET state = 'retired' WHERE task_id = $task; "
                + "UPDATE tasks SET state = 'failed', ended_at = started_at WHERE id = $task";
            command.Parameters.AddWithValue("$task", task.Id);
            await command.ExecuteNonQueryAsync(None);
        });
        return key;
    }

    private static async Task<RepairModel> RepairAsync(TestCenter center, bool apply)
    {
        var reply = await center.PostAsync("vms/a/repair", apply ? """{"apply":true}""" : "{}");
        Assert.True(reply.StatusCode == HttpStatusCode.OK, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.RepairModel))!;
    }

    private static async Task AssertRefusedAsync(TestCenter center, string code)
    {
        var before = await center.RecordsAsync();
        var told = await RepairAsync(center, apply: false);
        Assert.False(told.Ok);
        Assert.Contains(told.Objects, o => (o.Action, o.Code) == ("refused", code));
        Assert.Equal(code, (await center.RefusedAsync("vms/a/repair", """{"apply":true}""")).Code);
        Assert.Equivalent(before, await center.RecordsAsync());
    }

    private static async Task<TaskModel?> AgainAsync(TestCenter center, string job)
    {
        var reply = job == "encrypt"
            ? await center.PostAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""")
            : await center.PostAsync("vms/a/recrypt", $$"""{"mode":"{{(job == "recryptDeep" ? "deep" : "shallow")}}"}""");
        return reply.IsSuccessStatusCode
            ? await center.EndAsync((await reply.Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id) : null;
    }
}
