using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>Full clones.</summary>
public sealed class CloneTests : IAsyncLifetime
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
    public async Task A_clone_has_the_content_of_its_source_new_ids_and_new_data_keys_under_the_same_kek()
    {
        var vm = new TestVm("src", _kek, disks: 2);
        var source = await vm.ImportAsync(_host.Client);
        var order = TestJob.Clone(vm, source, "copy", _kek);

        var clone = await _host.Client.SucceedAsync(order);

        Assert.Equal((order.NewVm.VmId, "copy", _kek.Ref), (clone.VmId, clone.Name, clone.Key));
        Assert.Empty(clone.Disks.Select(d => d.ObjectId).Intersect(source.Disks.Select(d => d.ObjectId)));
        Assert.All(clone.Disks, d => Assert.Equal((_kek.Ref, DiskFormat.Thin), (d.Key, d.Provisioning)));
        Assert.All(clone.Disks, d => Assert.InRange(d.Used, 1, 3 * 1024 * 1024));
        string folder = Path.Combine(_host.Datastore, "copy");
        foreach (string disk in (string[])["copy", "copy_1"])
            Assert.Equal(vm.Content, await PlainDisk.ReadAsync(folder, disk, _kek));
        byte[] first = await File.ReadAllBytesAsync(Path.Combine(_host.Datastore, "src", "src-flat.vmdk"));
        byte[] second = await File.ReadAllBytesAsync(Path.Combine(folder, "copy-flat.vmdk"));
        Assert.NotEqual(first[..512], second[..512]);
        Assert.False(TestVm.IsFound(_folder.Root, TestVm.Marker));
        Assert.Equal(2, (await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms.Count);
    }

    [Fact]
    public async Task A_clone_goes_to_another_datastore_and_under_another_kek()
    {
        var vm = new TestVm("src", _kek);
        var clone = await _host.Client.SucceedAsync(TestJob.Clone(vm, await vm.ImportAsync(_host.Client), "copy", _next, "ds2"));
        Assert.Equal(("[ds2] copy/copy.vmx", _next.Ref), (clone.Path, clone.Disks[0].Key));
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Path.Combine(_host.SecondDatastore, "copy"), "copy", _next));
    }

    [Fact]
    public async Task A_plain_VM_is_cloned_plain_or_encrypted()
    {
        var vm = new TestVm("src");
        var source = await vm.ImportAsync(_host.Client);
        var plain = await _host.Client.SucceedAsync(TestJob.Clone(vm, source, "plain", null));
        Assert.False(plain.Encrypted);
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Path.Combine(_host.Datastore, "plain"), "plain"));
        var encrypted = await _host.Client.SucceedAsync(TestJob.Clone(vm, source, "enc", _kek, "ds2"));
        Assert.True(encrypted.Encrypted);
        Assert.False(TestVm.IsFound(_host.SecondDatastore, TestVm.Marker));
    }

    [Fact]
    public async Task An_encrypted_VM_is_never_cloned_plain()
    {
        var vm = new TestVm("src", _kek);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch",
            _host.Client.StartJobAsync(TestJob.Clone(vm, await vm.ImportAsync(_host.Client), "copy", null)));
        Assert.False(Directory.Exists(Path.Combine(_host.Datastore, "copy")));
    }

    [Fact]
    public async Task A_clone_whose_end_nobody_heard_of_is_found_made()
    {
        var vm = new TestVm("src", _kek);
        var order = TestJob.Clone(vm, await vm.ImportAsync(_host.Client), "copy", _kek);
        await _host.Client.SucceedAsync(order);
        order.JobId = Guid.NewGuid().ToString();
        var again = await _host.Client.SucceedAsync(order);
        Assert.Equal(order.NewVm.VmId, again.VmId);
        Assert.Equal(2, (await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms.Count);
    }

    [Fact]
    public async Task A_datastore_without_space_is_refused_with_numbers_before_anything_is_done()
    {
        var vm = new TestVm("src");
        const long Huge = 1L << 43;
        vm.Request.Disks[0].Capacity = Huge;
        var source = await _host.Client.CreateVmAsync(vm.Request);
        var order = TestJob.Clone(vm, source, "copy", null);
        order.NewVm.Disks[0].Provisioning = DiskFormat.LazyZeroed;
        var fault = await FaultAssert.RefusedAsync(
            FaultTypes.NoDiskSpace, "lorica.noDiskSpace", _host.Client.StartJobAsync(order));
        Assert.Contains((Huge + 32 * 1024 * 1024).ToString(System.Globalization.CultureInfo.InvariantCulture), fault.Message,
            StringComparison.Ordinal);
        Assert.Equal(["src"], _host.Entries().Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_cancelled_clone_leaves_nothing_and_frees_its_source()
    {
        var vm = new TestVm("src");
        vm.Request.Disks[0].Capacity = 2L << 30;
        var source = await _host.Client.CreateVmAsync(vm.Request);
        var order = TestJob.Clone(vm, source, "copy", _kek);
        order.NewVm.Disks[0].Provisioning = DiskFormat.EagerZeroed;
        await _host.Client.StartJobAsync(order);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.jobUnderWay",
            _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch }));

        await _host.Client.CancelJobAsync(new JobRequest { JobId = order.JobId });

        var ended = await _host.Client.RunAsync(order);
        Assert.Equal((HostJobState.Failed, FaultTypes.RequestCanceled), (ended.State, ended.Fault?.Type));
        Assert.Equal(["src"], _host.Entries().Select(Path.GetFileName));
        Assert.Single((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch });
    }
}
