using Lorica.Contracts.Host;
using Lorica.Host.Editing;
using Lorica.Host.Service;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Jobs;

/// <summary>
/// A relocation, cut after each of its durable steps: datastores and registry as they are there are kept, and each such state is
/// put back under a host that starts anew. Before the switch the VM is where it was, behind it where it was to go; nothing is
/// left of the other place, and the same relocation can be asked for again.
/// </summary>
public sealed class CutRelocationTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1");
    private readonly List<string> _cuts = [];
    private TestHost _host = null!;

    private string[] Folders => [_host.Config.StateFolder, _host.Datastore, _host.SecondDatastore];

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

    [Theory]
    [InlineData("")]
    [InlineData("eagerZeroed")]
    public async Task A_relocation_cut_after_any_step_leaves_one_whole_VM_in_one_place(string format)
    {
        var vm = new TestVm("sec", _kek, disks: 2, capacity: 256 * 1024);
        var before = await vm.ImportAsync(_host.Client);
        _host.Node.Jobs.AfterStep = step =>
        {
            _cuts.Add(step);
            Copy(Folders, _folder.Path("cut-" + _cuts.Count));
        };
        await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds2", format));
        Assert.Equal(["1 noted", "2 copied", "3 renamed", "4 switched"], _cuts);

        for (int i = 0; i < _cuts.Count; i++)
        {
            await _host.StopAsync();
            PutBack(_folder.Path("cut-" + (i + 1)));
            await _host.StartAsync();
            await _host.DeliverAsync(_kek);

            bool moved = _cuts[i] == "4 switched";
            var (here, other) = moved ? (_host.SecondDatastore, _host.Datastore) : (_host.Datastore, _host.SecondDatastore);
            Assert.Empty(TestHost.EntriesOf(other));
            string folder = Assert.Single(TestHost.EntriesOf(here));
            var now = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
            Assert.Null(now.Suspect);
            Assert.All(now.Disks, d => Assert.Null(d.Suspect));
            Assert.StartsWith(moved ? "[ds2] " : "[ds1] ", now.Path, StringComparison.Ordinal);
            Assert.Equal(vm.Content, await PlainDisk.ReadAsync(folder, "sec", _kek));

            var after = await _host.Client.SucceedAsync(TestJob.Relocate(vm, now, "ds2", format));
            Assert.StartsWith("[ds2] ", after.Path, StringComparison.Ordinal);
            Assert.Equal(
                vm.Content, await PlainDisk.ReadAsync(Assert.Single(TestHost.EntriesOf(_host.SecondDatastore)), "sec_1", _kek));
        }
    }

    /// <summary>
    /// While this host is away somebody says that it is cut off, and another host takes the VM from the one place or the
    /// other, and uses it. This host comes back: what it left is not its to remove any more.
    /// </summary>
    [Theory]
    [InlineData("3 renamed", "[ds1] sec/sec.vmx", false)]
    [InlineData("3 renamed", "[ds2] sec/sec.vmx", true)]
    [InlineData("4 switched", "[ds1] sec/sec.vmx", true)]
    [InlineData("4 switched", "[ds1] sec/sec.vmx", false)]
    public async Task What_another_host_has_taken_meanwhile_stays_whole(string cut, string path, bool uses)
    {
        await using var other = new TestHost(_folder, "host2");
        await other.StartAsync();
        await other.DeliverAsync(_kek);
        var vm = new TestVm("sec", _kek, capacity: 256 * 1024);
        var before = await vm.ImportAsync(_host.Client);
        _host.Node.Jobs.AfterStep = step =>
        {
            if (step == cut)
                Copy(Folders, _folder.Path("cut"));
        };
        await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds2"));
        await _host.StopAsync();
        PutBack(_folder.Path("cut"));
        var request = new RegisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Path = path, Fenced = true };
        request.Records.AddRange(TestVm.RecordsOf(before));
        Assert.Null((await other.Client.RegisterVmAsync(request)).Suspect);
        await using (uses ? await TwoFolders.HoldAsync(other, vm.Id, "sec", fenced: true) : null)
            await _host.StartAsync();

        var now = await other.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Equal((null, path), (now.Suspect, now.Path));
        Assert.All(now.Disks, d => Assert.Null(d.Suspect));
        string folder = path.StartsWith("[ds1]", StringComparison.Ordinal) ? _host.Datastore : _host.SecondDatastore;
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Path.Combine(folder, "sec"), "sec", _kek));
    }

    [Fact]
    public async Task The_old_place_stays_while_the_VM_is_not_seen_at_the_new_one()
    {
        var vm = new TestVm("sec", _kek, capacity: 256 * 1024);
        var before = await vm.ImportAsync(_host.Client);
        _host.Node.Jobs.AfterStep = step =>
        {
            if (step == "4 switched")
                Copy(Folders, _folder.Path("cut"));
        };
        await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds2"));
        await _host.StopAsync();
        PutBack(_folder.Path("cut"));
        string moved = Assert.Single(TestHost.EntriesOf(_host.SecondDatastore));
        string away = moved + ".away";
        Directory.Move(moved, away);
        await _host.StartAsync();
        Assert.Equal(
            vm.Content, await PlainDisk.ReadAsync(Assert.Single(TestHost.EntriesOf(_host.Datastore)), "sec", _kek));

        // Once it is seen there again, the old place is cleared.
        await _host.StopAsync();
        Directory.Move(away, moved);
        await _host.StartAsync();
        Assert.Empty(TestHost.EntriesOf(_host.Datastore));
    }

    [Fact]
    public async Task A_copy_has_the_epoch_that_the_VM_has_had()
    {
        var vm = new TestVm("sec", _kek, capacity: 256 * 1024);
        var before = await vm.ImportAsync(_host.Client);
        var after = await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds2"));
        Assert.Equal((vm.Request.Epoch, false, _host.Config.Id), (after.Lock.Epoch, after.Lock.Held, after.Lock.HostId));
    }

    /// <summary>
    /// A host that is killed while it removes the old place, or the copy that is not wanted any more, behind the VMX: nothing
    /// of it is left, so that its name is free.
    /// </summary>
    [Theory]
    [InlineData("3 renamed", "sec.vmdk", "sec-flat.vmdk", ".sec.lock", "sec.vmx")]
    [InlineData("3 renamed", "sec.vmdk", "sec-flat.vmdk", ".sec.lock", "sec.vmx", ".sec.vmx.lock")]
    [InlineData("4 switched", "sec.vmdk")]
    [InlineData("4 switched", "sec.vmdk", "sec-flat.vmdk", ".sec.lock", "sec.vmx")]
    [InlineData("4 switched", "sec.vmdk", "sec-flat.vmdk", ".sec.lock", "sec.vmx", ".sec.vmx.lock")]
    public async Task A_clean_up_that_a_kill_broke_off_is_ended_by_the_next_start(string cut, params string[] gone)
    {
        var vm = new TestVm("sec", _kek, capacity: 256 * 1024);
        var before = await vm.ImportAsync(_host.Client);
        _host.Node.Jobs.AfterStep = step =>
        {
            if (step == cut)
                Copy(Folders, _folder.Path("cut"));
        };
        await _host.Client.SucceedAsync(TestJob.Relocate(vm, before, "ds2"));
        await _host.StopAsync();
        PutBack(_folder.Path("cut"));
        var (left, kept) = cut == "4 switched"
            ? (_host.Datastore, _host.SecondDatastore) : (_host.SecondDatastore, _host.Datastore);
        foreach (string file in gone)
            File.Delete(Path.Combine(left, "sec", file));

        await _host.StartAsync();

        Assert.Empty(TestHost.EntriesOf(left));
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Assert.Single(TestHost.EntriesOf(kept)), "sec", _kek));
    }

    [Fact]
    public async Task A_VM_that_leaves_the_registry_takes_along_what_a_relocation_left()
    {
        var vm = new TestVm("sec", _kek, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        TwoFolders.Copy(Path.Combine(_host.Datastore, "sec"), Path.Combine(_host.SecondDatastore, "sec"));
        _host.Node.Table.Registry.RememberLeftovers(Guid.Parse(vm.Id), [new("ds2", "sec", Own: false)]);
        await _host.Client.UnregisterVmAsync(new UnregisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch });
        Assert.Empty(TestHost.EntriesOf(_host.SecondDatastore));
        Assert.Equal(Path.Combine(_host.Datastore, "sec"), Assert.Single(_host.Entries()));
    }

    [Fact]
    public async Task What_a_VM_that_leaves_the_registry_cannot_take_along_is_told_by_its_place()
    {
        var vm = new TestVm("sec", _kek, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        TwoFolders.Copy(Path.Combine(_host.Datastore, "sec"), Path.Combine(_host.SecondDatastore, "sec"));
        TwoFolders.Copy(Path.Combine(_host.Datastore, "sec"), Path.Combine(_host.SecondDatastore, ".relocate-1"));
        _host.Node.Table.Registry.RememberLeftovers(
            Guid.Parse(vm.Id), [new("ds2", ".relocate-1", Own: true), new("ds2", "sec", Own: false)]);
        var log = new Logged<HostLog>();
        var node = _host.Node;
        using (var registrar = new VmRegistrar(node.Table, node.Keys, node.Describer, new HostLog(log)))
        using (var folder = Lorica.Disks.DiskFolder.Open(Path.Combine(_host.SecondDatastore, "sec")))
        using (Lorica.Disks.DiskLock.TakeExclusive(folder, "sec"))
        {
            await registrar.UnregisterAsync(
                new UnregisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch }, CancellationToken.None);
        }

        Assert.Equal([1125, 1123], log.Lines.Select(l => l.Id));
        Assert.Contains("[ds2] sec stays there", log.Lines[0].Text, StringComparison.Ordinal);
        Assert.Equal("sec", Path.GetFileName(Assert.Single(TestHost.EntriesOf(_host.SecondDatastore))));
    }

    private void PutBack(string cut)
    {
        foreach (string folder in Folders)
            Directory.Delete(folder, recursive: true);
        for (int i = 0; i < Folders.Length; i++)
            TwoFolders.Copy(Path.Combine(cut, $"{i}"), Folders[i]);
    }

    private static void Copy(string[] folders, string to)
    {
        for (int i = 0; i < folders.Length; i++)
            TwoFolders.Copy(folders[i], Path.Combine(to, $"{i}"));
    }
}
