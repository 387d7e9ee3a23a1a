using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>VMs as a job that was broken off left them, and as somebody made them look.</summary>
public sealed class InterruptedTests : IAsyncLifetime
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
    public async Task A_committed_recrypt_is_finished_by_its_own_key_only()
    {
        var vm = new TestVm("sec", _kek);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        using (var folder = DiskFolder.Open(Home))
            ShallowRecrypt.AddPair(folder, "sec", _kek.Key, _next.Id, _next.Key);
        Rewrite(vm, lines => lines.With(VmxKeys.Rekey, new RekeyMark(2, _kek.Id, _next.Id, Committed: true).ToString()), _next);

        string before = Snapshot();
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.jobPending",
            _host.Client.StartJobAsync(TestJob.Order(vm, "recryptShallow", _third, records)));
        Assert.Equal(before, Snapshot());
        Assert.Equal(UnfinishedWork.Recrypt, (await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).PendingJob);

        var after = await _host.Client.SucceedAsync(TestJob.Order(vm, "recryptShallow", _next, records));
        Assert.Equal((_next.Ref, _next.Ref), (after.Key, after.Disks[0].Key));
    }

    [Fact]
    public async Task A_descriptor_that_only_says_plain_does_not_end_a_decryption()
    {
        var vm = new TestVm("sec", _kek);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        Rewrite(vm, Decrypting, _kek);
        string encrypted = await File.ReadAllTextAsync(Path.Combine(Home, "sec.vmdk"));
        await File.WriteAllTextAsync(Path.Combine(Home, "sec.vmdk"), Stripped.Descriptor(encrypted));

        var job = await _host.Client.RunAsync(TestJob.Order(vm, "decrypt", null, records));
        Assert.Equal((HostJobState.Failed, "lorica.weakerThanRecorded"), (job.State, job.Fault?.Key));
        Assert.Equal((true, UnfinishedWork.Decrypt), (job.Result.Encrypted, job.Result.PendingJob));
        Assert.Equal("lorica.weakerThanRecorded", job.Result.Disks[0].Suspect?.Key);

        await File.WriteAllTextAsync(Path.Combine(Home, "sec.vmdk"), encrypted);
        await _host.Client.SucceedAsync(TestJob.Order(vm, "decrypt", null, records));
        Assert.Equal(vm.Content, await File.ReadAllBytesAsync(Path.Combine(Home, "sec-flat.vmdk")));
    }

    [Theory]
    [InlineData("3 noted virtio0:0", false)]
    [InlineData("3 encrypted virtio0:0", false)]
    [InlineData("3 encrypted virtio0:0", true)]
    public async Task A_disk_whose_encryption_was_begun_is_not_encrypted_again_under_a_plain_descriptor(
        string step, bool recorded)
    {
        var vm = new TestVm("sec");
        await vm.ImportAsync(_host.Client);
        var (descriptor, flat) = (Path.Combine(Home, "sec.vmdk"), Path.Combine(Home, "sec-flat.vmdk"));
        byte[] plain = await File.ReadAllBytesAsync(descriptor);
        _host.Node.Jobs.AfterStep = s => { if (s == step) throw new IOException("cut here"); };
        Assert.Equal(HostJobState.Failed, (await _host.Client.RunAsync(TestJob.Order(vm, "encrypt", _kek))).State);
        _host.Node.Jobs.AfterStep = null;
        byte[] begun = await File.ReadAllBytesAsync(descriptor);
        var described = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        await File.WriteAllBytesAsync(descriptor, plain);
        string before = Snapshot();

        await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "lorica.weakerThanRecorded",
            _host.Client.StartJobAsync(
                TestJob.Order(vm, "encrypt", _kek, recorded ? TestVm.RecordsOf(described) : [])));
        Assert.Equal(before, Snapshot());
        var seen = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Equal("lorica.weakerThanRecorded", seen.Disks[0].Suspect?.Key);

        await File.WriteAllBytesAsync(descriptor, begun);
        await _host.Client.SucceedAsync(TestJob.Order(vm, "encrypt", _kek));
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Home, "sec", _kek));
        Assert.NotEqual(vm.Content, await File.ReadAllBytesAsync(flat));
    }

    [Fact]
    public async Task A_plain_descriptor_of_a_disk_that_the_table_or_a_record_calls_encrypted_is_not_encrypted_again()
    {
        var vm = new TestVm("sec", _kek, disks: 2);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        string descriptor = Path.Combine(Home, "sec_1.vmdk");
        await File.WriteAllTextAsync(descriptor, Stripped.Descriptor(await File.ReadAllTextAsync(descriptor)));
        string before = Snapshot();
        var order = TestJob.Order(vm, "encrypt", _next, records);
        (order.Home, order.AllDisks) = (false, false);
        order.Disks.Add("virtio0:1");
        var unrecorded = order.Clone();
        unrecorded.JobId = Guid.NewGuid().ToString();
        unrecorded.Records.Clear();
        foreach (var request in new[] { order, unrecorded })
        {
            await FaultAssert.RefusedAsync(
                FaultTypes.GenericVmConfigFault, "lorica.weakerThanRecorded", _host.Client.StartJobAsync(request));
            Assert.Equal(before, Snapshot());
        }

        // The same when only the record says so.
        Rewrite(vm, lines => lines.With(VmxKeys.DiskEncrypted("virtio0:1"), "FALSE"), _kek);
        before = Snapshot();
        (order.JobId, order.Epoch) = (Guid.NewGuid().ToString(), vm.NextEpoch);
        await FaultAssert.RefusedAsync(
            FaultTypes.GenericVmConfigFault, "lorica.weakerThanRecorded", _host.Client.StartJobAsync(order));
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task A_decryption_that_was_broken_off_behind_a_disk_goes_on()
    {
        var vm = new TestVm("sec", _kek);
        var records = TestVm.RecordsOf(await vm.ImportAsync(_host.Client));
        Rewrite(vm, Decrypting, _kek);
        string encrypted = await File.ReadAllTextAsync(Path.Combine(Home, "sec.vmdk"));
        using (var folder = DiskFolder.Open(Home))
        {
            await DiskJob.DecryptAsync(folder, "sec", null, new OneKek(_kek), 2, force: false,
                () => Rewrite(
                    vm, lines =>
                        lines.With(VmxKeys.Job, JobMark.Parse(lines[VmxKeys.Job]!)!.WithFinished("virtio0:0").ToString()), _kek),
                null, CancellationToken.None);
        }

        // The descriptor from before would have it decrypted twice.
        string plain = await File.ReadAllTextAsync(Path.Combine(Home, "sec.vmdk"));
        await File.WriteAllTextAsync(Path.Combine(Home, "sec.vmdk"), encrypted);
        var job = await _host.Client.RunAsync(TestJob.Order(vm, "decrypt", null, records));
        Assert.Equal((HostJobState.Failed, "lorica.olderThanKnown"), (job.State, job.Fault?.Key));

        await File.WriteAllTextAsync(Path.Combine(Home, "sec.vmdk"), plain);
        var done = await _host.Client.SucceedAsync(TestJob.Order(vm, "decrypt", null, records));
        Assert.False(done.Encrypted);
        Assert.Equal(vm.Content, await File.ReadAllBytesAsync(Path.Combine(Home, "sec-flat.vmdk")));
    }

    [Fact]
    public async Task A_console_is_sealed_with_its_home_whatever_it_looks_like_and_its_plain_bytes_go()
    {
        var vm = new TestVm("sec");
        await vm.ImportAsync(_host.Client);
        byte[] console = "LORICASS looks sealed: LORICA-CONSOLE-SECRET"u8.ToArray();
        await File.WriteAllBytesAsync(Path.Combine(Home, "sec.console"), console);
        await File.WriteAllBytesAsync(Path.Combine(Home, ".sec.console.new"), console);
        await _host.Client.SucceedAsync(TestJob.Order(vm, "encrypt", _kek));
        Assert.False(TestVm.IsFound(_host.Datastore, "LORICA-CONSOLE-SECRET"u8));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Home), f =>
                f.EndsWith(".console.new", StringComparison.Ordinal) || f.EndsWith(".sealed", StringComparison.Ordinal));

        using var lease = _host.Node.Keys.Lease(pin: false);
        using var home = _host.OpenHome(vm.Id);
        using var opened = home.Open(null, lease);
        Assert.Equal(console, await ConsoleFile.LoadAsync(home, opened.DataFileKey, CancellationToken.None));

        // Again, as after a crash: nothing is lost.
        await ConsoleFile.SealAsync(home, opened.DataFileKey!, CancellationToken.None);
        Assert.Equal(console, await ConsoleFile.LoadAsync(home, opened.DataFileKey, CancellationToken.None));
    }

    [Fact]
    public async Task Generations_go_on_where_the_center_knows_them()
    {
        var vm = new TestVm("sec");
        await vm.ImportAsync(_host.Client);
        var order = TestJob.Order(vm, "encrypt", _kek);
        order.Generations.Add(new KnownGeneration { ObjectId = vm.Id, Generation = 20 });
        order.Generations.Add(new KnownGeneration { ObjectId = vm.Request.Disks[0].ObjectId, Generation = 30 });
        var d = await _host.Client.SucceedAsync(order);
        Assert.InRange(d.Generation, 21, 29);
        Assert.InRange(d.Disks[0].Generation, 31, 39);
    }

    private static VmxFile Decrypting(VmxFile lines) => lines
        .With(VmxKeys.Job, new JobMark(JobKind.Decrypt, 1, [JobMark.HomePart, "virtio0:0"]).ToString())
        .With(VmxKeys.DiskEncrypted("virtio0:0"), "FALSE");

    private void Rewrite(TestVm vm, Func<VmxFile, VmxFile> change, TestKek kek)
    {
        using var lease = _host.Node.Keys.Lease(pin: false);
        using var home = _host.OpenHome(vm.Id);
        using var opened = home.Open(null, lease);
        home.Rewrite(opened, change(opened.Model.File), new NamedKek(kek.Id, kek.Key));
    }

    private string Snapshot() => string.Join('\n', Directory.EnumerateFiles(_host.Datastore, "*", SearchOption.AllDirectories)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Order()
        .Select(f => $"{f} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}"));
}
