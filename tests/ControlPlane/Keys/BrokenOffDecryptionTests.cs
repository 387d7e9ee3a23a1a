using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using UnfinishedWork = Lorica.Contracts.Host.UnfinishedWork;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>Decryptions that did not end well: what looks plain then may be somebody else's work.</summary>
public sealed class BrokenOffDecryptionTests
{
    private static readonly Fault Weaker = new(
        FaultTypes.GenericVmConfigFault, "lorica.weakerThanRecorded", "[ds1] a/1.vmdk", "It was stripped.");

    [Fact]
    public async Task A_disk_stripped_while_another_was_decrypted_keeps_its_record_and_opens_once_its_descriptor_is_back()
    {
        await using var center = await TestCenter.StartAsync();
        var vm = await TwoDisksAsync(center);
        var genuine = vm.Clone();
        center.Host.JobFault = Weaker;
        center.Host.BeforeJobFails = (files, _) =>
        {
            files.PendingJob = UnfinishedWork.Decrypt;
            Strip(files.Disks[1]);
        };

        Assert.Equal(("failed", Weaker.Key), Outcome(await center.SetPolicyAsync("a", TestCenter.DefaultPolicy)));

        Assert.All(await center.RecordsAsync(), r => Assert.Equal((KeyRecordStates.Usable, true), (r.State, r.InUse)));
        center.Host.Vms[vm.VmId] = genuine;
        center.Host.JobFault = null;
        Assert.Null((await center.VmAsync("a")).Suspect);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_decryption_that_failed_behind_its_first_disk_is_taken_up_again_and_only_its_end_retires_records()
    {
        await using var center = await TestCenter.StartAsync();
        await TwoDisksAsync(center);
        center.Host.JobFault = new Fault(FaultTypes.NoDiskSpace, "lorica.noSpace", "ds1", "No space.");
        center.Host.BeforeJobFails = (files, _) =>
        {
            files.PendingJob = UnfinishedWork.Decrypt;
            Strip(files.Disks[0]);
        };

        Assert.Equal("failed", (await center.SetPolicyAsync("a", TestCenter.DefaultPolicy)).State);
        Assert.Null((await center.VmAsync("a")).Suspect);
        Assert.All(await center.RecordsAsync(), r => Assert.True(r.InUse));

        center.Host.JobFault = null;
        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.DefaultPolicy)).State);
        Assert.All(await center.RecordsAsync(), r => Assert.Equal((KeyRecordStates.Retired, false), (r.State, r.InUse)));
        Assert.Null((await center.VmAsync("a")).Suspect);
    }

    [Fact]
    public async Task Files_that_look_decrypted_after_a_restart_of_the_center_are_not_believed_without_the_hosts_word()
    {
        await using var center = await TestCenter.StartAsync();
        var vm = await TwoDisksAsync(center);
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");

        await center.RestartAsync(() =>
        {
            center.Host.Restart();
            center.Host.HoldJobs = null;
            (vm.Encrypted, vm.Key, vm.Kcv) = (false, null, "");
            vm.Disks.ToList().ForEach(Strip);
            center.Host.JobFault = Weaker;
            return Task.CompletedTask;
        });

        Assert.Equal(("failed", Weaker.Key), Outcome(await center.EndAsync(task.Id)));
        Assert.All(await center.RecordsAsync(), r => Assert.True(r.InUse));
        Assert.Equal("lorica.weakerThanRecorded", (await center.VmAsync("a")).Suspect!.Key);
    }

    [Fact]
    public async Task A_decryption_that_ended_while_the_center_was_away_is_settled_by_the_hosts_word_also_without_a_KMS()
    {
        await using var center = await TestCenter.StartAsync();
        await TwoDisksAsync(center);
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        var job = center.Host.Started.Single();

        await center.RestartAsync(() =>
        {
            center.Host.Finish(job);
            center.Host.Restart();
            center.Host.HoldJobs = null;
            center.Broker.KmsDown = true;
            return Task.CompletedTask;
        });

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.Equal(2, center.Host.Started.Count);
        Assert.All(await center.RecordsAsync(), r => Assert.Equal(KeyRecordStates.Retired, r.State));
    }

    private static async Task<VmDescription> TwoDisksAsync(TestCenter center)
    {
        var made = await center.DoAsync(
            "vms", $$"""{"name":"a","disks":[{"capacity":1048576},{"capacity":1048576}],"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        Assert.Equal("succeeded", made.State);
        return center.Host.Vms.Values.Single();
    }

    private static void Strip(DiskDescription disk) =>
        (disk.Encrypted, disk.Key, disk.Kcv, disk.Generation) = (false, null, "", 0);

    private static (string State, string? Key) Outcome(Lorica.Contracts.Rest.TaskModel task) => (task.State, task.Fault?.Key);
}
