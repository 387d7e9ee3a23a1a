using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Home;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>Files that somebody put back or edited, and files that change while they are read.</summary>
public sealed class OldFilesTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private TestHost _host = null!;

    private string Home => Path.Combine(_host.Datastore, "sec");

    private string Vmx => Path.Combine(Home, "sec.vmx");

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

    [Theory]
    [InlineData("decrypt")]
    [InlineData("recryptShallow")]
    public async Task An_older_VMX_in_the_middle_of_a_recrypt_is_not_rolled_back_into_the_newest(string kind)
    {
        var vm = new TestVm("sec", _kek);
        await vm.ImportAsync(_host.Client);
        Rewrite(vm, lines => lines.With(VmxKeys.Rekey, new RekeyMark(2, _kek.Id, _next.Id, Committed: false).ToString()));
        byte[] old = await File.ReadAllBytesAsync(Vmx);
        Rewrite(vm, lines => lines.Without(VmxKeys.Rekey));
        Rewrite(vm, lines => lines);
        var records = TestVm.RecordsOf(await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id }));
        await File.WriteAllBytesAsync(Vmx, old);

        await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "lorica.olderThanKnown",
            _host.Client.StartJobAsync(TestJob.Order(vm, kind, kind == "decrypt" ? null : _next, records)));

        Assert.Equal(old, await File.ReadAllBytesAsync(Vmx));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_console_that_was_edited_or_cut_is_set_aside_and_the_decryption_goes_on(bool cut)
    {
        var vm = new TestVm("sec");
        await vm.ImportAsync(_host.Client);
        string console = Path.Combine(Home, "sec.console");
        await File.WriteAllBytesAsync(console, new byte[1000]);
        var records = TestVm.RecordsOf(await _host.Client.SucceedAsync(TestJob.Order(vm, "encrypt", _kek)));
        byte[] edited = await File.ReadAllBytesAsync(console);
        edited = cut ? edited[..^20] : [.. edited[..^1], (byte)(edited[^1] ^ 1)];
        await File.WriteAllBytesAsync(console, edited);

        var done = await _host.Client.SucceedAsync(TestJob.Order(vm, "decrypt", null, records));

        Assert.False(done.Encrypted);
        Assert.False(File.Exists(console));
        Assert.Equal(edited, await File.ReadAllBytesAsync(console + ".refused"));
        Assert.Equal(vm.Content, await File.ReadAllBytesAsync(Path.Combine(Home, "sec-flat.vmdk")));
    }

    [Fact]
    public async Task A_VM_whose_job_goes_on_between_its_VMX_and_its_disks_is_not_taken_for_a_tampered_one()
    {
        var vm = new TestVm("sec", _kek);
        await vm.ImportAsync(_host.Client);
        string descriptor = Path.Combine(Home, "sec.vmdk");
        _host.Node.Describer.BetweenReads = () =>
        {
            _host.Node.Describer.BetweenReads = null;
            var mark = new JobMark(JobKind.Decrypt, 1, [JobMark.HomePart, "virtio0:0"]).WithFinished("virtio0:0");
            Rewrite(vm, lines => lines.With(VmxKeys.Job, mark.ToString()).With(VmxKeys.DiskEncrypted("virtio0:0"), "FALSE"));
            File.WriteAllText(descriptor, Stripped.Descriptor(File.ReadAllText(descriptor)));
        };

        var d = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });

        Assert.Null(d.Suspect);
        Assert.Equal((false, null), (d.Disks[0].Encrypted, d.Disks[0].Suspect));
        Assert.Equal(UnfinishedWork.Decrypt, d.PendingJob);
    }

    private void Rewrite(TestVm vm, Func<VmxFile, VmxFile> change)
    {
        using var lease = _host.Node.Keys.Lease(pin: false);
        using var home = _host.OpenHome(vm.Id);
        using var opened = home.Open(null, lease);
        home.Rewrite(opened, change(opened.Model.File), new NamedKek(_kek.Id, _kek.Key));
    }
}
