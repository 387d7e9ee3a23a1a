using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

public sealed class JobTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek, _next);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_plain_vm_is_encrypted_in_place_and_decrypted_to_the_same_bytes()
    {
        var vm = new TestVm("web01", disks: 2);
        var plain = await vm.ImportAsync(_host.Client);
        Assert.True(TestVm.IsFound(_host.Datastore, TestVm.Marker));

        var encrypted = await _host.Client.SucceedAsync(TestJob.Order(vm, "encrypt", _kek));
        Assert.Equal((true, _kek.Ref, _kek.Kcv), (encrypted.Encrypted, encrypted.Key, encrypted.Kcv));
        Assert.All(encrypted.Disks, d => Assert.Equal((true, _kek.Ref), (d.Encrypted, d.Key)));
        Assert.Equal(plain.Disks.Select(d => d.ObjectId), encrypted.Disks.Select(d => d.ObjectId));
        Assert.All(encrypted.Disks, d => Assert.InRange(d.Used, 1, 3 * 1024 * 1024));
        Assert.False(TestVm.IsFound(_folder.Root, TestVm.Marker));

        var decrypted = await _host.Client.SucceedAsync(TestJob.Order(vm, "decrypt", null, TestVm.RecordsOf(encrypted)));
        Assert.False(decrypted.Encrypted);
        Assert.All(decrypted.Disks, d => Assert.False(d.Encrypted));
        Assert.Equal(vm.Content, await File.ReadAllBytesAsync(Path.Combine(_host.Datastore, "web01", "web01-flat.vmdk")));
        Assert.Equal(vm.Content, await File.ReadAllBytesAsync(Path.Combine(_host.Datastore, "web01", "web01_1-flat.vmdk")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public async Task A_job_of_a_kind_that_nobody_knows_is_refused_and_nothing_is_done(int kind)
    {
        var vm = new TestVm("unk");
        await vm.ImportAsync(_host.Client);
        var order = TestJob.Order(vm, "relocate", _kek);
        order.Kind = (HostJobKind)kind;
        order.Relocate = new RelocateOrder { Datastore = "datastore1" };
        var fault = await FaultAssert.RefusedAsync(
            FaultTypes.InvalidArgument, "lorica.invalidArgument", _host.Client.StartJobAsync(order));
        Assert.Contains($"{kind} is no job", fault.Message, StringComparison.Ordinal);
        Assert.Empty((await _host.Client.ListJobsAsync(new ListJobsRequest())).Jobs);
    }

    [Fact]
    public async Task A_shallow_recrypt_changes_the_key_and_no_byte_of_data()
    {
        var vm = new TestVm("sec", _kek, disks: 2);
        var before = await vm.ImportAsync(_host.Client);
        byte[] data = await File.ReadAllBytesAsync(Path.Combine(_host.Datastore, "sec", "sec-flat.vmdk"));

        var after = await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptShallow", _next, TestVm.RecordsOf(before)));
        Assert.Equal((_next.Ref, _next.Kcv), (after.Key, after.Kcv));
        Assert.All(after.Disks, d => Assert.Equal((_next.Ref, _next.Kcv), (d.Key, d.Kcv)));
        Assert.Equal(data, await File.ReadAllBytesAsync(Path.Combine(_host.Datastore, "sec", "sec-flat.vmdk")));

        var removed = await _host.Client.RemoveKeysAsync(new RemoveKeysRequest { Keys = { _kek.Ref } });
        Assert.Single(removed.Removed);
        var described = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Null(described.Suspect);
        Assert.Empty(described.MissingKeys);
        Assert.True(described.Generation > before.Generation);
    }

    [Fact]
    public async Task A_recrypt_whose_end_nobody_heard_of_can_be_started_again()
    {
        var vm = new TestVm("sec", _kek);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        var first = await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptShallow", _next, records));
        var again = await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptShallow", _next, records));
        Assert.Equal(first.Key, again.Key);
    }

    [Fact]
    public async Task Encryption_and_decryption_whose_end_nobody_heard_of_can_be_started_again()
    {
        var vm = new TestVm();
        await vm.ImportAsync(_host.Client);
        await _host.Client.SucceedAsync(TestJob.Order(vm, "encrypt", _kek));
        var encrypted = await _host.Client.SucceedAsync(TestJob.Order(vm, "encrypt", _kek));
        var records = TestVm.RecordsOf(encrypted);
        await _host.Client.SucceedAsync(TestJob.Order(vm, "decrypt", null, records));
        await _host.Client.SucceedAsync(TestJob.Order(vm, "decrypt", null, records));
    }

    [Fact]
    public async Task What_is_encrypted_is_not_encrypted_again_and_what_is_plain_not_decrypted()
    {
        var vm = new TestVm();
        await vm.ImportAsync(_host.Client);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.notEncrypted",
            _host.Client.StartJobAsync(TestJob.Order(vm, "decrypt", null)));
        await FaultAssert.RefusedAsync(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.notEncrypted",
            _host.Client.StartJobAsync(TestJob.Order(vm, "recryptShallow", _next)));
        await _host.Client.SucceedAsync(TestJob.Order(vm, "encrypt", _kek));
        await FaultAssert.RefusedAsync(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.encrypted",
            _host.Client.StartJobAsync(TestJob.Order(vm, "encrypt", _next)));
    }

    [Fact]
    public async Task Disks_are_encrypted_one_by_one_once_the_home_is()
    {
        var vm = new TestVm("web01", disks: 2);
        await vm.ImportAsync(_host.Client);
        var disksOnly = TestJob.Order(vm, "encrypt", _kek);
        (disksOnly.Home, disksOnly.AllDisks) = (false, false);
        disksOnly.Disks.Add("virtio0:1");
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", _host.Client.StartJobAsync(disksOnly));

        var homeOnly = TestJob.Order(vm, "encrypt", _kek);
        homeOnly.AllDisks = false;
        var d = await _host.Client.SucceedAsync(homeOnly);
        Assert.Equal([false, false], d.Disks.Select(x => x.Encrypted));

        disksOnly = disksOnly.Clone();
        (disksOnly.JobId, disksOnly.Epoch) = (Guid.NewGuid().ToString(), vm.NextEpoch);
        d = await _host.Client.SucceedAsync(disksOnly);
        Assert.Equal([false, true], d.Disks.Select(x => x.Encrypted));

        var homeFirst = TestJob.Order(vm, "decrypt", null, TestVm.RecordsOf(d));
        homeFirst.AllDisks = false;
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", _host.Client.StartJobAsync(homeFirst));

        d = await _host.Client.SucceedAsync(TestJob.Order(vm, "decrypt", null, TestVm.RecordsOf(d)));
        Assert.False(d.Encrypted);
    }

    [Fact]
    public async Task Decrypting_what_does_not_look_like_a_disk_is_refused_and_leaves_everything_encrypted()
    {
        var vm = new TestVm("sec", _kek);
        Array.Clear(vm.Content);
        new Random(1).NextBytes(vm.Content.AsSpan(0, 1024 * 1024));
        (vm.Content[510], vm.Content[511]) = (1, 2);
        var before = await vm.ImportAsync(_host.Client);
        var job = await _host.Client.RunAsync(TestJob.Order(vm, "decrypt", null, TestVm.RecordsOf(before)));
        Assert.Equal((HostJobState.Failed, "lorica.notADisk"), (job.State, job.Fault?.Key));
        Assert.Equal((true, true, UnfinishedWork.Unspecified), (job.Result.Encrypted, job.Result.Disks[0].Encrypted,
            job.Result.PendingJob));
        Assert.Null(job.Result.Suspect);
        Assert.Null(job.Result.Disks[0].Suspect);

        var forced = TestJob.Order(vm, "decrypt", null, TestVm.RecordsOf(job.Result));
        forced.Force = true;
        await _host.Client.SucceedAsync(forced);
    }

    [Fact]
    public async Task A_job_is_known_by_its_id_and_started_once()
    {
        var vm = new TestVm();
        await vm.ImportAsync(_host.Client);
        var order = TestJob.Order(vm, "encrypt", _kek);
        await _host.Client.SucceedAsync(order);
        Assert.Equal(HostJobState.Succeeded, (await _host.Client.StartJobAsync(order)).State);
        Assert.Equal(order.JobId, Assert.Single((await _host.Client.ListJobsAsync(new ListJobsRequest())).Jobs).JobId);
    }

    [Fact]
    public async Task A_key_that_is_not_here_stops_a_job_before_anything_changes()
    {
        var vm = new TestVm();
        await vm.ImportAsync(_host.Client);
        string before = Snapshot();
        var fault = await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound",
            _host.Client.StartJobAsync(TestJob.Order(vm, "encrypt", TestKek.Make("other"))));
        Assert.Equal("other", Assert.Single(fault.Keys).KeyId);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task A_disk_that_another_process_uses_is_left_alone()
    {
        var vm = new TestVm();
        await vm.ImportAsync(_host.Client);
        using var folder = DiskFolder.Open(Path.Combine(_host.Datastore, "web01"));
        using (DiskLock.TakeExclusive(folder, "web01"))
        {
            await FaultAssert.RefusedAsync(
                FaultTypes.ResourceInUse, "lorica.diskInUse", _host.Client.StartJobAsync(TestJob.Order(vm, "encrypt", _kek)));
        }

        await _host.Client.SucceedAsync(TestJob.Order(vm, "encrypt", _kek));
    }

    private string Snapshot() => string.Join('\n', Directory.EnumerateFiles(_host.Datastore, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Order()
        .Select(f => $"{f} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}"));
}
