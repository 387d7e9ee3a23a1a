using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Jobs;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>Deep recrypt: new data keys, new KEKs.</summary>
public sealed class RekeyTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2"), _third = TestKek.Make("k3");
    private TestHost _host = null!;

    private string Home => Path.Combine(_host.Datastore, "sec");

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek, _next, _third);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_deep_recrypt_changes_keys_and_data_and_no_byte_that_the_guest_reads()
    {
        var vm = new TestVm("sec", _kek, disks: 2);
        var before = await vm.ImportAsync(_host.Client);
        await SaveConsoleAsync(vm, "LORICA-CONSOLE"u8.ToArray());
        byte[] data = await File.ReadAllBytesAsync(Path.Combine(Home, "sec-flat.vmdk"));

        var after = await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptDeep", _next, TestVm.RecordsOf(before)));

        Assert.Equal((_next.Ref, _next.Kcv), (after.Key, after.Kcv));
        Assert.All(after.Disks, d => Assert.Equal((_next.Ref, _next.Kcv), (d.Key, d.Kcv)));
        Assert.All(after.Disks.Zip(before.Disks), d => Assert.True(d.First.Generation > d.Second.Generation));
        Assert.Equal(before.Disks.Select(d => d.ObjectId), after.Disks.Select(d => d.ObjectId));
        byte[] changed = await File.ReadAllBytesAsync(Path.Combine(Home, "sec-flat.vmdk"));
        Assert.NotEqual(data[..4096], changed[..4096]);
        foreach (string disk in (string[])["sec", "sec_1"])
            Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Home, disk, _next));
        Assert.Equal("LORICA-CONSOLE"u8.ToArray(), await LoadConsoleAsync(vm));
        Assert.DoesNotContain(Directory.EnumerateFiles(Home), f => f.EndsWith(".transition", StringComparison.Ordinal));
        Assert.Single((await _host.Client.RemoveKeysAsync(new RemoveKeysRequest { Keys = { _kek.Ref } })).Removed);
        Assert.Empty((await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).MissingKeys);
    }

    [Fact]
    public async Task A_deep_recrypt_may_keep_its_kek_and_changes_the_data_keys_all_the_same()
    {
        var vm = new TestVm("sec", _kek);
        var before = await vm.ImportAsync(_host.Client);
        byte[] data = await File.ReadAllBytesAsync(Path.Combine(Home, "sec-flat.vmdk"));
        var after = await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptDeep", _kek, TestVm.RecordsOf(before)));
        Assert.Equal(_kek.Ref, after.Disks[0].Key);
        Assert.NotEqual(data[..4096], (await File.ReadAllBytesAsync(Path.Combine(Home, "sec-flat.vmdk")))[..4096]);
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Home, "sec", _kek));
    }

    [Fact]
    public async Task A_deep_recrypt_whose_end_nobody_heard_of_can_be_started_again()
    {
        var vm = new TestVm("sec", _kek);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        var first = await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptDeep", _next, records));
        var again = await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptDeep", _next, records));
        Assert.Equal((first.Generation, first.Disks[0].Generation), (again.Generation, again.Disks[0].Generation));
    }

    [Fact]
    public async Task Disks_can_be_recrypted_deep_alone_and_each_under_a_key_of_its_own()
    {
        var vm = new TestVm("sec", _kek, disks: 2);
        var before = await vm.ImportAsync(_host.Client);
        var order = TestJob.Order(vm, "recryptDeep", _next, TestVm.RecordsOf(before));
        (order.Home, order.AllDisks) = (false, false);
        order.Disks.Add("virtio0:1");
        order.Keys.Add(new ObjectKey { ObjectId = before.Disks[1].ObjectId, Key = _third.Ref, Kcv = _third.Kcv });

        var after = await _host.Client.SucceedAsync(order);

        Assert.Equal((_kek.Ref, _kek.Ref, _third.Ref), (after.Key, after.Disks[0].Key, after.Disks[1].Key));
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Home, "sec_1", _third));
    }

    [Fact]
    public async Task A_disk_that_looks_like_none_is_refused_unless_forced_and_the_VM_stays_usable()
    {
        var vm = new TestVm("sec", _kek);
        Array.Fill(vm.Content, (byte)0x5a);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        var refused = await _host.Client.RunAsync(TestJob.Order(vm, "recryptDeep", _next, records));
        Assert.Equal((HostJobState.Failed, "lorica.notADisk", UnfinishedWork.Unspecified), (refused.State, refused.Fault?.Key,
            refused.Result.PendingJob));
        Assert.Equal(_kek.Ref, refused.Result.Key);

        var order = TestJob.Order(vm, "recryptDeep", _next, TestVm.RecordsOf(refused.Result));
        order.Force = true;
        await _host.Client.SucceedAsync(order);
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Home, "sec", _next));
    }

    [Fact]
    public async Task An_older_descriptor_than_recorded_is_not_rekeyed()
    {
        var vm = new TestVm("sec", _kek);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        foreach (var record in records)
            record.Generation += 5;
        await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "lorica.olderThanKnown",
            _host.Client.StartJobAsync(TestJob.Order(vm, "recryptDeep", _next, records)));
    }

    [Fact]
    public async Task A_home_that_was_cut_between_its_keys_and_its_console_goes_on()
    {
        var vm = new TestVm("sec", _kek);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        await SaveConsoleAsync(vm, "LORICA-CONSOLE"u8.ToArray());
        using (var lease = _host.Node.Keys.Lease(pin: false))
        using (var home = _host.OpenHome(vm.Id))
        using (var opened = home.Open(null, lease))
        {
            var mark = new JobMark(JobKind.RecryptDeep, 1, [JobMark.HomePart]).WithFinished(JobMark.HomePart);
            home.RewriteRekeyed(opened, opened.Model.File.With(VmxKeys.Job, mark.ToString()), new NamedKek(_next.Id, _next.Key),
                DeepRecryptJob.OldDataFileKey);
        }

        Assert.Equal(UnfinishedWork.Rekey, (await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).PendingJob);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.jobPending",
            _host.Client.StartJobAsync(TestJob.Order(vm, "recryptShallow", _next, records)));
        await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptDeep", _next, records));
        Assert.Equal("LORICA-CONSOLE"u8.ToArray(), await LoadConsoleAsync(vm));
    }

    [Fact]
    public async Task A_shallow_recrypt_takes_chosen_disks_and_a_key_for_each()
    {
        var vm = new TestVm("sec", _kek, disks: 2);
        var before = await vm.ImportAsync(_host.Client);
        var order = TestJob.Order(vm, "recryptShallow", _next, TestVm.RecordsOf(before));
        order.Keys.Add(new ObjectKey { ObjectId = before.Disks[1].ObjectId, Key = _third.Ref, Kcv = _third.Kcv });
        var each = await _host.Client.SucceedAsync(order);
        Assert.Equal((_next.Ref, _next.Ref, _third.Ref), (each.Key, each.Disks[0].Key, each.Disks[1].Key));

        order = TestJob.Order(vm, "recryptShallow", _kek, TestVm.RecordsOf(each));
        (order.Home, order.AllDisks) = (false, false);
        order.Disks.Add("virtio0:0");
        var one = await _host.Client.SucceedAsync(order);
        Assert.Equal((_next.Ref, _kek.Ref, _third.Ref), (one.Key, one.Disks[0].Key, one.Disks[1].Key));
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Home, "sec", _kek));
    }

    [Fact]
    public async Task Home_and_each_disk_are_encrypted_under_keys_of_their_own()
    {
        var vm = new TestVm("sec", disks: 2);
        var before = await vm.ImportAsync(_host.Client);
        var order = TestJob.Order(vm, "encrypt", _kek);
        order.Keys.Add(new ObjectKey { ObjectId = before.Disks[0].ObjectId, Key = _next.Ref, Kcv = _next.Kcv });
        order.Keys.Add(new ObjectKey { ObjectId = before.Disks[1].ObjectId, Key = _third.Ref, Kcv = _third.Kcv });
        var after = await _host.Client.SucceedAsync(order);
        Assert.Equal((_kek.Ref, _next.Ref, _third.Ref), (after.Key, after.Disks[0].Key, after.Disks[1].Key));
    }

    [Fact]
    public async Task A_job_in_place_cannot_be_cancelled()
    {
        var vm = new TestVm("sec", _kek);
        var order = TestJob.Order(vm, "recryptDeep", _next, TestVm.RecordsOf(await vm.ImportAsync(_host.Client)));
        await _host.Client.StartJobAsync(order);
        try
        {
            Assert.NotEqual(HostJobState.Running,
                (await _host.Client.CancelJobAsync(new JobRequest { JobId = order.JobId })).State);
        }
        catch (Grpc.Core.RpcException e)
        {
            Assert.Equal("lorica.cannotCancel", FaultCodec.FromRpc(e, "host").Key);
        }

        await _host.Client.SucceedAsync(order);
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Home, "sec", _next));
    }

    private async Task SaveConsoleAsync(TestVm vm, byte[] console)
    {
        using var lease = _host.Node.Keys.Lease(pin: false);
        using var home = _host.OpenHome(vm.Id);
        using var opened = home.Open(null, lease);
        await ConsoleFile.SaveAsync(home, opened.DataFileKey, console, CancellationToken.None);
    }

    private async Task<byte[]> LoadConsoleAsync(TestVm vm)
    {
        using var lease = _host.Node.Keys.Lease(pin: false);
        using var home = _host.OpenHome(vm.Id);
        using var opened = home.Open(null, lease);
        return await ConsoleFile.LoadAsync(home, opened.DataFileKey, CancellationToken.None);
    }
}
