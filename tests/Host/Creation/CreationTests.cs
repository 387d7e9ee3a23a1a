using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Creation;

public sealed class CreationTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_imported_plain_vm_holds_its_content_and_stays_thin()
    {
        var vm = new TestVm("web01", disks: 2);
        var d = await vm.ImportAsync(_host.Client);
        Assert.Equal(("web01", "[ds1] web01/web01.vmx", false, VmPowerState.Off), (d.Name, d.Path, d.Encrypted, d.PowerState));
        Assert.Null(d.Suspect);
        Assert.Equal(["[ds1] web01/web01.vmdk", "[ds1] web01/web01_1.vmdk"], d.Disks.Select(x => x.Path));
        Assert.All(d.Disks, x => Assert.InRange(x.Used, 1, 3 * 1024 * 1024));
        Assert.Equal(vm.Content, await File.ReadAllBytesAsync(Path.Combine(_host.Datastore, "web01", "web01-flat.vmdk")));
        Assert.True(TestVm.IsFound(_host.Datastore, TestVm.Marker));
    }

    [Fact]
    public async Task An_imported_encrypted_vm_never_has_plaintext_on_the_datastore_and_opens_with_its_key()
    {
        var kek = TestKek.Make("k1");
        await _host.DeliverAsync(kek);
        var vm = new TestVm("sec", kek);
        var d = await vm.ImportAsync(_host.Client);
        Assert.Null(d.Suspect);
        Assert.Equal((true, kek.Ref, kek.Kcv, 1L), (d.Encrypted, d.Key, d.Kcv, d.Generation));
        var disk = Assert.Single(d.Disks);
        Assert.Null(disk.Suspect);
        Assert.Equal(
            (true, kek.Ref, 1L, vm.Request.Disks[0].ObjectId), (disk.Encrypted, disk.Key, disk.Generation, disk.ObjectId));
        Assert.InRange(disk.Used, 1, 3 * 1024 * 1024);
        Assert.False(TestVm.IsFound(_folder.Root, TestVm.Marker));

        using var folder = DiskFolder.Open(Path.Combine(_host.Datastore, "sec"));
        using var opened = Vmdk.Open(folder, "sec", null, new OneKek(kek));
        await using var device = opened.OpenDevice();
        byte[] read = new byte[TestVm.Capacity];
        await device.ReadAsync(0, read, CancellationToken.None);
        Assert.Equal(vm.Content, read);
    }

    [Fact]
    public async Task Without_its_key_an_encrypted_vm_is_described_with_what_is_missing()
    {
        var kek = TestKek.Make("k1");
        await _host.DeliverAsync(kek);
        var vm = new TestVm("sec", kek);
        await vm.ImportAsync(_host.Client);
        await _host.StopAsync();
        await _host.StartAsync();
        var d = Assert.Single((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
        Assert.Null(d.Suspect);
        Assert.Equal((true, 0L, "sec"), (d.Encrypted, d.Generation, d.Name));
        var missing = Assert.Single(d.MissingKeys);
        Assert.Equal((kek.Ref, KeyReasons.MissingOnHost), (missing.Key, missing.Reason));
    }

    [Fact]
    public async Task An_import_that_breaks_off_leaves_nothing()
    {
        var vm = new TestVm();
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidArgument, "lorica.invalidArgument", () => vm.ImportAsync(_host.Client, end: false));
        Assert.Empty(_host.Entries());
        Assert.Empty((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
        await vm.ImportAsync(_host.Client);
    }

    [Fact]
    public async Task What_a_crash_left_of_an_import_is_removed_at_the_next_start()
    {
        var vm = new TestVm();
        var spec = Host.Creation.VmSpec.From(vm.Request);
        _ = await Host.Creation.VmBuilder.BeginAsync(_host.Node.Table, spec, _host.Node.Keys, CancellationToken.None);
        Assert.NotEmpty(_host.Entries());
        await _host.StopAsync();
        await _host.StartAsync();
        Assert.Empty(_host.Entries());
        await vm.ImportAsync(_host.Client);
    }

    [Fact]
    public async Task A_vm_that_is_being_made_is_not_said_not_to_be_there()
    {
        var vm = new TestVm();
        var delete = new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch };
        await using (var builder = await BeginAsync(vm))
        {
            await FaultAssert.RefusedAsync(FaultTypes.ResourceInUse, "lorica.vmBusy", _host.Client.DeleteVmAsync(delete));
            await FaultAssert.RefusedAsync(FaultTypes.AlreadyExists, "lorica.vmExists", _host.Client.CreateVmAsync(vm.Request));
            await builder.CommitAsync(CancellationToken.None);
        }

        await _host.Client.DeleteVmAsync(delete);
        Assert.Empty(_host.Entries());
        await FaultAssert.RefusedAsync(FaultTypes.NotFound, "lorica.vmNotFound", _host.Client.DeleteVmAsync(delete));
    }

    [Fact]
    public async Task What_is_left_of_a_vm_whose_making_failed_is_removed_by_who_asks_for_that_or_for_the_vm()
    {
        var vm = new TestVm();
        await LeaveAsync(vm);
        var delete = new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch };
        await FaultAssert.RefusedAsync(FaultTypes.NotFound, "lorica.vmNotFound", _host.Client.DeleteVmAsync(delete));
        Assert.Empty(_host.Entries());
        Assert.Null(_host.Node.Table.Registry.Find(Guid.Parse(vm.Id)));

        await LeaveAsync(vm);
        await _host.Client.CreateVmAsync(vm.Request);
        Assert.Equal(["web01"], _host.Entries().Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_vm_whose_caller_has_gone_is_not_made()
    {
        var vm = new TestVm();
        await using (var builder = await BeginAsync(vm))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => builder.CommitAsync(new CancellationToken(canceled: true)));
        }

        Assert.Empty(_host.Entries());
        Assert.Null(_host.Node.Table.Registry.Find(Guid.Parse(vm.Id)));
    }

    [Fact]
    public async Task A_failed_import_leaves_the_vm_alone_that_has_come_to_have_its_folder()
    {
        var (mine, other) = (new TestVm(), new TestVm("other"));
        await _host.Client.CreateVmAsync(other.Request);
        await using (await Host.Creation.VmBuilder.BeginAsync(
            _host.Node.Table, Host.Creation.VmSpec.From(mine.Request), _host.Node.Keys, CancellationToken.None))
        {
            Directory.Move(Path.Combine(_host.Datastore, "other"), Path.Combine(_host.Datastore, "web01"));
        }

        Assert.Equal(["web01"], _host.Entries().Select(Path.GetFileName));
        Assert.Contains("other.vmx", Directory.EnumerateFiles(Path.Combine(_host.Datastore, "web01")).Select(Path.GetFileName));
        Assert.Null(_host.Node.Table.Registry.Find(Guid.Parse(mine.Id)));
    }

    [Fact]
    public async Task A_host_whose_datastore_is_not_mounted_starts_and_forgets_nothing()
    {
        var vm = new TestVm();
        _ = await Host.Creation.VmBuilder.BeginAsync(
            _host.Node.Table, Host.Creation.VmSpec.From(vm.Request), _host.Node.Keys, CancellationToken.None);
        await _host.StopAsync();
        Directory.Move(_host.Datastore, _host.Datastore + ".away");
        await _host.StartAsync();
        Assert.NotNull(_host.Node.Table.Registry.Find(Guid.Parse(vm.Id)));
        await _host.StopAsync();
        Directory.CreateDirectory(_host.Datastore);
        await _host.StartAsync();
        Assert.NotNull(_host.Node.Table.Registry.Find(Guid.Parse(vm.Id)));
        await _host.StopAsync();
        Directory.Delete(_host.Datastore);
        Directory.Move(_host.Datastore + ".away", _host.Datastore);
        await _host.StartAsync();
        Assert.Null(_host.Node.Table.Registry.Find(Guid.Parse(vm.Id)));
        Assert.Empty(_host.Entries());
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData(" a")]
    [InlineData("a\u202eb")]
    public async Task A_hostile_name_is_refused(string name)
    {
        var vm = new TestVm(name);
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidArgument, "lorica.invalidArgument", _host.Client.CreateVmAsync(vm.Request));
        Assert.Empty(_host.Entries());
    }

    [Fact]
    public async Task Names_that_give_the_same_folder_get_folders_of_their_own()
    {
        var first = await _host.Client.CreateVmAsync(new TestVm("größe \"1\"").Request);
        var second = await _host.Client.CreateVmAsync(new TestVm("gr__e__1_").Request);
        Assert.Equal(("größe \"1\"", "[ds1] gr__e__1_/gr__e__1_.vmx"), (first.Name, first.Path));
        Assert.Equal("[ds1] gr__e__1__1/gr__e__1__1.vmx", second.Path);
    }

    [Fact]
    public async Task More_content_than_there_is_space_is_refused_before_anything_is_written()
    {
        var vm = new TestVm();
        vm.Request.Disks[0].Capacity = vm.Request.Disks[0].Data = 60L * 1024 * 1024 * 1024 * 1024;
        await FaultAssert.RefusedAsync(FaultTypes.NoDiskSpace, "lorica.noDiskSpace", () => vm.ImportAsync(_host.Client));
        Assert.Empty(_host.Entries());
    }

    [Fact]
    public async Task An_encrypted_disk_on_a_plain_vm_is_refused()
    {
        var kek = TestKek.Make("k1");
        var vm = new TestVm("x", kek);
        vm.Request.HomeKey = null;
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", _host.Client.CreateVmAsync(vm.Request));
    }

    [Fact]
    public async Task A_key_that_is_not_here_is_named_and_another_key_under_its_id_is_refused()
    {
        var kek = TestKek.Make("k1");
        var fault = await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound",
            _host.Client.CreateVmAsync(new TestVm("x", kek).Request));
        Assert.Equal("k1", Assert.Single(fault.Keys).KeyId);
        await _host.DeliverAsync(TestKek.Make("k1"));
        await FaultAssert.RefusedAsync(
            FaultTypes.GenericVmConfigFault, "lorica.wrongKey", _host.Client.CreateVmAsync(new TestVm("x", kek).Request));
    }

    [Fact]
    public async Task A_vm_id_exists_once_and_a_removed_vm_leaves_nothing()
    {
        var vm = new TestVm();
        await _host.Client.CreateVmAsync(vm.Request);
        await FaultAssert.RefusedAsync(FaultTypes.AlreadyExists, "lorica.vmExists", _host.Client.CreateVmAsync(vm.Request));
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.staleEpoch", _host.Client.DeleteVmAsync(new VmOperation
        {
            VmId = vm.Id, Epoch = 0,
        }));
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = 2 });
        Assert.Empty(_host.Entries());
        Assert.Empty((await _host.Client.ListVmsAsync(new ListVmsRequest())).Vms);
    }

    [Fact]
    public async Task What_no_vmx_would_run_is_refused_when_it_is_made()
    {
        var vm = new TestVm();
        vm.Request.Firmware = VmFirmware.Uefi;
        await FaultAssert.RefusedAsync(
            FaultTypes.NotSupported, "lorica.uefiNotSupported", _host.Client.CreateVmAsync(vm.Request));
        vm.Request.Firmware = VmFirmware.Bios;
        vm.Request.Cpus = Lorica.Contracts.Vmx.MachineLimits.MaximumCpus + 1;
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidArgument, "lorica.invalidArgument", _host.Client.CreateVmAsync(vm.Request));
        Assert.Empty(_host.Entries());
    }

    [Fact]
    public async Task A_vm_whose_folder_is_not_there_is_not_forgotten()
    {
        var vm = new TestVm();
        await _host.Client.CreateVmAsync(vm.Request);
        Directory.Move(_host.Datastore, _host.Datastore + ".away");
        Directory.CreateDirectory(_host.Datastore);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.datastoreNotThere",
            _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = 2 }));
        Directory.Delete(_host.Datastore);
        Directory.Move(_host.Datastore + ".away", _host.Datastore);
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = 3 });
        Assert.Empty(_host.Entries());
    }

    [Fact]
    public async Task A_foreign_file_in_a_vms_folder_survives_its_removal()
    {
        var vm = new TestVm();
        await _host.Client.CreateVmAsync(vm.Request);
        await File.WriteAllTextAsync(Path.Combine(_host.Datastore, "web01", "notes.txt"), "mine");
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = 2 });
        Assert.Equal(
            ["notes.txt"], Directory.EnumerateFileSystemEntries(Path.Combine(_host.Datastore, "web01")).Select(Path.GetFileName));
    }

    private Task<Host.Creation.VmBuilder> BeginAsync(TestVm vm) => Host.Creation.VmBuilder.BeginAsync(
        _host.Node.Table, Host.Creation.VmSpec.From(vm.Request), _host.Node.Keys, CancellationToken.None);

    /// <summary>The making of a VM fails, and what it made cannot be removed: its datastore is away.</summary>
    private async Task LeaveAsync(TestVm vm)
    {
        await using (await BeginAsync(vm))
            Directory.Move(_host.Datastore, _host.Datastore + ".away");
        Directory.Move(_host.Datastore + ".away", _host.Datastore);
        Assert.NotEmpty(_host.Entries());
        Assert.NotNull(_host.Node.Table.Registry.Find(Guid.Parse(vm.Id)));
    }
}
