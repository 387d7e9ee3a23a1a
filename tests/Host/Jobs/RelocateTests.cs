using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Creation;
using Lorica.Host.Registry;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>Moving to another datastore or to another disk format.</summary>
public sealed class RelocateTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1");
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_locked_VM_moves_as_ciphertext_without_its_key()
    {
        var vm = new TestVm("sec", _kek, disks: 2);
        var before = await vm.ImportAsync(_host.Client);
        string[] files = ["sec.vmx", "sec.vmdk", "sec-flat.vmdk", "sec_1.vmdk", "sec_1-flat.vmdk"];
        byte[][] bytes = files.Select(f => File.ReadAllBytes(Path.Combine(_host.Datastore, "sec", f))).ToArray();
        await _host.Client.RemoveKeysAsync(new RemoveKeysRequest { Keys = { _kek.Ref } });

        var job = await _host.Client.RunAsync(TestJob.Relocate(vm, before, "ds2"));

        Assert.Equal((HostJobState.Succeeded, "[ds2] sec/sec.vmx"), (job.State, job.Result.Path));
        Assert.All(files.Zip(bytes),
            f => Assert.Equal(f.Second, File.ReadAllBytes(Path.Combine(_host.SecondDatastore, "sec", f.First))));
        Assert.Empty(_host.Entries());
        await _host.DeliverAsync(_kek);
        var after = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Null(after.Suspect);
        Assert.Equal(before.Disks.Select(d => (d.ObjectId, d.Generation)), after.Disks.Select(d => (d.ObjectId, d.Generation)));
        Assert.All(after.Disks, d => Assert.InRange(d.Used, 1, 3 * 1024 * 1024));
    }

    [Theory]
    [InlineData("thin", "eagerZeroed", true)]
    [InlineData("eagerZeroed", "thin", true)]
    [InlineData("lazyZeroed", "eagerZeroed", true)]
    [InlineData("eagerZeroed", "lazyZeroed", true)]
    [InlineData("thin", "lazyZeroed", true)]
    [InlineData("thin", "eagerZeroed", false)]
    [InlineData("eagerZeroed", "thin", false)]
    public async Task A_disk_written_anew_in_another_format_has_the_same_content(string from, string to, bool encrypted)
    {
        TestKek[] keys = encrypted ? [_kek] : [];
        var vm = new TestVm("sec", keys.FirstOrDefault());
        vm.Request.Disks[0].Provisioning = TestJob.FormatOf(from);
        var before = await vm.ImportAsync(_host.Client);

        var after = await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds2", to));

        Assert.Equal((TestJob.FormatOf(to), before.Disks[0].ObjectId, encrypted),
            (after.Disks[0].Provisioning, after.Disks[0].ObjectId, after.Disks[0].Encrypted));
        Assert.Equal(encrypted, after.Disks[0].Generation > before.Disks[0].Generation);
        Assert.Equal(to == "thin", after.Disks[0].Used < TestVm.Capacity);
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Path.Combine(_host.SecondDatastore, "sec"), "sec", keys));
        if (encrypted)
            Assert.False(TestVm.IsFound(_folder.Root, TestVm.Marker));
        var again = await _host.Client.RunAsync(TestJob.Relocate(vm, after, "ds2", to));
        Assert.Equal((HostJobState.Succeeded, after.Disks[0].Generation), (again.State, again.Result.Disks[0].Generation));
    }

    [Fact]
    public async Task A_lazily_zeroed_disk_is_not_made_thin_and_the_result_says_so()
    {
        var vm = new TestVm("sec", _kek);
        vm.Request.Disks[0].Provisioning = DiskFormat.LazyZeroed;
        var before = await vm.ImportAsync(_host.Client);
        var job = await _host.Client.RunAsync(TestJob.Relocate(vm, before, "ds2", "thin"));
        Assert.Equal((HostJobState.Succeeded, DiskFormat.LazyZeroed), (job.State, job.Result.Disks[0].Provisioning));
        Assert.Contains("virtio0:0 stays lazily zeroed", Assert.Single(job.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_format_is_changed_on_the_same_datastore_too()
    {
        var vm = new TestVm("sec", _kek);
        var before = await vm.ImportAsync(_host.Client);
        var after = await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds1", "eagerZeroed"));
        Assert.Equal(("[ds1] sec_1/sec.vmx", DiskFormat.EagerZeroed), (after.Path, after.Disks[0].Provisioning));
        Assert.Equal(["sec_1"], _host.Entries().Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_format_that_needs_a_key_is_refused_without_it()
    {
        var vm = new TestVm("sec", _kek);
        var before = await vm.ImportAsync(_host.Client);
        await _host.Client.RemoveKeysAsync(new RemoveKeysRequest { Keys = { _kek.Ref } });
        await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound",
            _host.Client.StartJobAsync(TestJob.Relocate(vm, before, "ds2", "eagerZeroed")));
        Assert.Empty(TestHost.EntriesOf(_host.SecondDatastore));
    }

    [Fact]
    public async Task What_a_crash_left_is_removed_by_the_next_start_and_nothing_else()
    {
        var vm = new TestVm("sec", _kek);
        var before = await vm.ImportAsync(_host.Client);
        var id = Guid.Parse(vm.Id);

        // Before the switch: a half-made copy, and somebody else's folder under the name that was chosen.
        Directory.CreateDirectory(Path.Combine(_host.SecondDatastore, RelocationLeftovers.TemporaryFolder(id, 2)));
        await File.WriteAllTextAsync(
            Path.Combine(_host.SecondDatastore, RelocationLeftovers.TemporaryFolder(id, 2), "sec-flat.vmdk"), "half");
        Directory.CreateDirectory(Path.Combine(_host.SecondDatastore, "sec"));
        await File.WriteAllTextAsync(Path.Combine(_host.SecondDatastore, "sec", "foreign"), "x");
        _host.Node.Table.Registry.RememberLeftovers(id,
            [new VmLeftover("ds2", RelocationLeftovers.TemporaryFolder(id, 2), Own: true),
                new VmLeftover("ds2", "sec", Own: false)]);
        await _host.StopAsync();
        await _host.StartAsync();
        await _host.DeliverAsync(_kek);
        Assert.Equal(["sec"], TestHost.EntriesOf(_host.SecondDatastore).Select(Path.GetFileName));
        Assert.Equal("[ds1] sec/sec.vmx", (await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Path);

        // After it: the old place.
        CopyFolder(Path.Combine(_host.Datastore, "sec"), Path.Combine(_host.SecondDatastore, "sec_1"));
        _host.Node.Table.Registry.Move(id, "ds2", "sec_1");
        await _host.StopAsync();
        await _host.StartAsync();
        await _host.DeliverAsync(_kek);
        Assert.Empty(_host.Entries());
        var after = await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds2"));
        Assert.Equal("[ds2] sec_1/sec.vmx", after.Path);
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Path.Combine(_host.SecondDatastore, "sec_1"), "sec", _kek));
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
