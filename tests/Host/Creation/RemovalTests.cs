using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Registry;
using Lorica.Host.Tests.Native;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Creation;

/// <summary>A VM that is removed takes its files along, all of them and no others.</summary>
public sealed class RemovalTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1");
    private TestHost _host = null!;
    private TestHost _other = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek);
        _other = new TestHost(_folder, "host2");
        await _other.StartAsync();
        await _other.DeliverAsync(_kek);
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("relocate")]
    public async Task Another_VM_in_the_folder_stays_whole_whatever_the_names_are(string how)
    {
        var web = new TestVm("web", _kek, capacity: 256 * 1024);
        var files = await web.ImportAsync(_host.Client);
        var second = await TwoFolders.MoveInAsync(_host, _other, new TestVm("web-2", _kek, capacity: 256 * 1024), "web");
        await using var held = await TwoFolders.HoldAsync(_other, second.Id, "web-2");

        if (how == "delete")
            await _host.Client.DeleteVmAsync(new VmOperation { VmId = web.Id, Epoch = web.NextEpoch });
        else
            await _host.Client.SucceedAsync(TestJob.Relocate(web, files, "ds2"));

        Assert.Equal([".web-2.lock", ".web-2.vmx.lock", "web-2-flat.vmdk", "web-2.vmdk", "web-2.vmx"], Names("web"));
        var now = await _other.Client.DescribeVmAsync(new VmRequest { VmId = second.Id });
        Assert.Null(now.Suspect);
        Assert.All(now.Disks, d => Assert.Null(d.Suspect));
        if (how == "relocate")
            Assert.Equal([".web.vmx.lock", "web-flat.vmdk", "web.vmdk", "web.vmx"], Names("web", _host.SecondDatastore));
    }

    [Fact]
    public async Task An_attached_disk_goes_with_its_VM_and_a_detached_one_stays()
    {
        var (owner, disk) = await DetachedAsync();
        var web = new TestVm("web", null, capacity: 256 * 1024);
        await web.ImportAsync(_host.Client);
        var after = await AttachAsync(web, disk);
        Assert.Equal([".web.vmx.lock", "owner-flat.vmdk", "owner.vmdk", "web-flat.vmdk", "web.vmdk", "web.vmx"],
            Names("web").Where(n => n is not (".owner.lock" or ".web.lock")));
        Assert.DoesNotContain(".owner.lock", Names("owner"));

        after = await _host.Client.SucceedAsync(TestJob.Relocate(web, after, "ds2"));
        Assert.Equal(["[ds2] web/web.vmdk", "[ds2] web/owner.vmdk"], after.Disks.Select(d => d.Path));
        Assert.False(Directory.Exists(Path.Combine(_host.Datastore, "web")));
        Assert.Equal(owner.Content, await File.ReadAllBytesAsync(Path.Combine(_host.SecondDatastore, "web", "owner-flat.vmdk")));

        await _host.Client.ChangeDiskAsync(new ChangeDiskRequest
        {
            VmId = web.Id, Epoch = web.NextEpoch,
            Detach = new DetachDisk { Label = "virtio0:0", ObjectId = after.Disks[0].ObjectId },
        });
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = web.Id, Epoch = web.NextEpoch });
        Assert.Equal(
            ["web-flat.vmdk", "web.vmdk"], Names("web", _host.SecondDatastore).Where(n => n[0] != '.'));
    }

    [Fact]
    public async Task A_detached_disk_stays_where_it_is_when_its_VM_moves()
    {
        var vm = new TestVm("web", _kek, disks: 2, capacity: 256 * 1024);
        var now = await vm.ImportAsync(_host.Client);
        var disk = now.Disks[1];
        var detach = new ChangeDiskRequest
        {
            VmId = vm.Id, Epoch = vm.NextEpoch, Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId },
        };
        detach.Records.AddRange(TestVm.RecordsOf(now));
        now = await _host.Client.ChangeDiskAsync(detach);

        await _host.Client.SucceedAsync(TestJob.Relocate(vm, now, "ds2"));

        Assert.Equal([".web_1.lock", "web_1-flat.vmdk", "web_1.vmdk"], Names("web"));
        Assert.DoesNotContain(Names("web", _host.SecondDatastore), n => n.Contains("web_1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_another_VM_names_too_is_left_by_a_removal_and_refuses_a_relocation()
    {
        var web = new TestVm("web", null, disks: 2, capacity: 256 * 1024);
        var files = await web.ImportAsync(_host.Client);
        string vmx = await File.ReadAllTextAsync(At("web", "web.vmx"));
        await File.WriteAllTextAsync(At("web", "else.vmx"), string.Join('\n',
            vmx.Split('\n').Where(l => !l.StartsWith("virtio0:0", StringComparison.Ordinal)))
            .Replace(web.Id, Guid.NewGuid().ToString(), StringComparison.Ordinal));

        await FaultAssert.RefusedAsync(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking",
            _host.Client.StartJobAsync(TestJob.Relocate(web, files, "ds2")));
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = web.Id, Epoch = web.NextEpoch });

        Assert.Equal(["else.vmx", "web_1-flat.vmdk", "web_1.vmdk"], Names("web").Where(n => n != ".web_1.lock"));
    }

    [Fact]
    public async Task A_disk_that_somebody_uses_refuses_the_removal_before_anything_is_gone()
    {
        var vm = new TestVm("web", null, disks: 2, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        using (var folder = Lorica.Disks.DiskFolder.Open(At("web")))
        using (Lorica.Disks.DiskLock.TakeExclusive(folder, "web_1"))
        {
            await FaultAssert.RefusedAsync(FaultTypes.ResourceInUse, "lorica.diskInUse",
                _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch }));
        }

        Assert.False(_host.Node.Table.Registry.Find(Guid.Parse(vm.Id))!.Removing);
        Assert.Empty(((string[])["web.vmx", "web.vmdk", "web-flat.vmdk", "web_1.vmdk", "web_1-flat.vmdk"]).Except(Names("web")));
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch });
        Assert.Empty(_host.Entries());
    }

    [Fact]
    public async Task A_VM_whose_vmx_is_damaged_is_not_removed_since_nothing_tells_which_disks_are_its()
    {
        var vm = new TestVm("web", null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        await File.WriteAllTextAsync(At("web", "web.vmx"), "nonsense");
        await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "lorica.malformedVmx",
            _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch }));
        Assert.Empty(((string[])["web.vmx", "web.vmdk", "web-flat.vmdk"]).Except(Names("web")));
    }

    [Fact]
    public async Task Lock_files_of_disks_that_were_removed_go_too_and_empty_files_of_others_stay()
    {
        var vm = new TestVm("web", null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        foreach (string file in new[] { ".web-0123456789ab.lock", ".web_1.lock", ".notes.lock" })
            await File.WriteAllTextAsync(At("web", file), file == ".web_1.lock" ? "mine" : "");
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch });
        Assert.Equal([".notes.lock", ".web_1.lock"], Names("web"));
    }

    /// <summary>What a host finds that was killed in a removal: files gone, in the order in which they go.</summary>
    [Theory]
    [InlineData("web.vmdk")]
    [InlineData("web.vmdk", "web-flat.vmdk", ".web.lock")]
    [InlineData("web.vmdk", "web-flat.vmdk", ".web.lock", "web.console", "web.vmx")]
    [InlineData("web.vmdk", "web-flat.vmdk", ".web.lock", "web.console", "web.vmx", ".web.vmx.lock")]
    [InlineData("web.vmdk", "web-flat.vmdk", ".web.lock", "web.console", "web.vmx", ".web.vmx.lock", "")]
    public async Task A_removal_that_a_kill_broke_off_is_ended_by_the_next_start(params string[] gone)
    {
        var vm = new TestVm("web", _kek, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        var id = Guid.Parse(vm.Id);
        var registration = _host.Node.Table.Registry.Find(id)!;
        using (var home = _host.Node.Table.OpenHome(registration))
        await using (await _host.Node.Table.LockAsync(home, CancellationToken.None))
            _host.Node.Table.Registry.RememberRemoving(id);
        await _host.StopAsync();
        foreach (string file in gone)
        {
            if (file.Length == 0)
                Directory.Delete(At("web"));
            else
                File.Delete(At("web", file));
        }

        await _host.StartAsync();

        Assert.Empty(_host.Entries());
        Assert.Null(_host.Node.Table.Registry.Find(id));
        await FaultAssert.RefusedAsync(FaultTypes.NotFound, "lorica.vmNotFound",
            _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch }));
    }

    [Fact]
    public async Task A_removal_that_was_broken_off_does_not_go_on_when_another_host_has_the_VM_by_now()
    {
        var vm = new TestVm("web", _kek, capacity: 256 * 1024);
        var files = await vm.ImportAsync(_host.Client);
        _host.Node.Table.Registry.RememberRemoving(Guid.Parse(vm.Id));
        await _host.StopAsync();
        var request = new RegisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Path = files.Path, Fenced = true };
        request.Records.AddRange(TestVm.RecordsOf(files));
        await _other.Client.RegisterVmAsync(request);

        await _host.StartAsync();

        Assert.Null(_host.Node.Table.Registry.Find(Guid.Parse(vm.Id)));
        Assert.Null((await _other.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Suspect);
    }

    [Fact]
    public async Task A_removal_that_was_refused_since_it_could_not_be_noted_does_not_go_on_by_itself()
    {
        var vm = new TestVm("web", null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        using (var storage = new FailingSync(Path.Combine(_host.Config.StateFolder, "registry")))
        {
            storage.Fails = true;
            _host.Node.Table.Registry.BeforePuttingBack = () => storage.Fails = false;
            await FaultAssert.RefusedAsync(FaultTypes.SystemError, "lorica.io",
                _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.Request.Epoch }));
        }

        await _host.StopAsync();
        await _host.StartAsync();

        Assert.Null((await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Suspect);
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(At("web"), "web"));
    }

    [Fact]
    public async Task A_VM_that_is_used_again_after_a_removal_that_failed_is_not_removed_by_the_next_start()
    {
        var vm = new TestVm("web", null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        _host.Node.Table.Registry.RememberRemoving(Guid.Parse(vm.Id));
        await _host.Client.RenameVmAsync(new RenameVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Name = "kept" });
        await _host.StopAsync();
        await _host.StartAsync();
        Assert.Equal("kept", (await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Name);
    }

    [Fact]
    public async Task A_VM_that_is_removed_takes_along_what_a_relocation_left_of_it_elsewhere()
    {
        var vm = new TestVm("web", null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        TwoFolders.Copy(At("web"), Path.Combine(_host.SecondDatastore, "web_1"));
        _host.Node.Table.Registry.Move(Guid.Parse(vm.Id), "ds2", "web_1");
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch });
        Assert.Empty(_host.Entries());
        Assert.Empty(TestHost.EntriesOf(_host.SecondDatastore));
    }

    [Fact]
    public async Task What_lies_on_a_datastore_that_the_host_was_told_to_have_no_more_holds_up_nothing()
    {
        var vm = new TestVm("web", null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        _host.Node.Table.Registry.RememberLeftovers(Guid.Parse(vm.Id), [new VmLeftover("ds2", "web_1", Own: false)]);
        await _host.StopAsync();
        _host.Config = _host.Config with { Datastores = [_host.Config.Datastores[0]] };
        await _host.StartAsync();
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch });
        Assert.Empty(_host.Entries());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_VM_is_not_removed_while_a_datastore_with_files_of_it_is_not_there(bool unasked)
    {
        var vm = new TestVm("web", null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        var id = Guid.Parse(vm.Id);
        TwoFolders.Copy(At("web"), Path.Combine(_host.SecondDatastore, "web_1"));
        _host.Node.Table.Registry.RememberLeftovers(id, [new VmLeftover("ds2", "web_1", Own: false)]);
        Assert.Equal(_host.SecondDatastore, _host.Node.Table.Datastores.PathOf("ds2"));
        string marker = Path.Combine(_host.SecondDatastore, DatastoreMarker.FileName);
        File.Move(marker, _folder.Path("marker"));
        if (unasked)
        {
            _host.Node.Table.Registry.RememberRemoving(id);
            await _host.StopAsync();
            await _host.StartAsync();
        }
        else
        {
            await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.datastoreNotThere",
                _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch }));
        }

        Assert.Equal(unasked, _host.Node.Table.Registry.Find(id)!.Removing);
        Assert.Single(_host.Node.Table.Registry.Find(id)!.Leftovers);
        Assert.Empty(((string[])["web.vmx", "web.vmdk", "web-flat.vmdk"]).Except(Names("web")));

        File.Move(_folder.Path("marker"), marker);
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch });
        Assert.Empty(_host.Entries());
        Assert.Empty(TestHost.EntriesOf(_host.SecondDatastore));
    }

    [Fact]
    public async Task A_removal_that_failed_behind_the_VMs_own_files_is_ended_when_it_is_asked_for_again()
    {
        var vm = new TestVm("web", null, capacity: 256 * 1024);
        await vm.ImportAsync(_host.Client);
        var id = Guid.Parse(vm.Id);
        TwoFolders.Copy(At("web"), Path.Combine(_host.SecondDatastore, "web_1"));
        _host.Node.Table.Registry.RememberLeftovers(id, [new VmLeftover("ds2", "web_1", Own: false)]);
        using (var folder = Lorica.Disks.DiskFolder.Open(Path.Combine(_host.SecondDatastore, "web_1")))
        using (Lorica.Disks.DiskLock.TakeExclusive(folder, "web"))
        {
            await FaultAssert.RefusedAsync(FaultTypes.ResourceInUse, "lorica.diskInUse",
                _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch }));
        }

        Assert.True(_host.Node.Table.Registry.Find(id)!.Removing);
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch });
        Assert.Empty(_host.Entries());
        Assert.Empty(TestHost.EntriesOf(_host.SecondDatastore));
    }

    [Fact]
    public async Task What_was_made_and_not_finished_is_left_when_another_host_has_it_by_now()
    {
        var vm = new TestVm("web", _kek, capacity: 256 * 1024);
        var files = await vm.ImportAsync(_host.Client);
        var id = Guid.Parse(vm.Id);
        await _host.StopAsync();
        string entry = Path.Combine(_host.Config.StateFolder, "registry", $"{id}.json");
        await File.WriteAllTextAsync(
            entry,
            (await File.ReadAllTextAsync(entry)).Replace("\"pending\": false", "\"pending\": true", StringComparison.Ordinal));
        var request = new RegisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Path = files.Path };
        request.Records.AddRange(TestVm.RecordsOf(files));
        await _other.Client.RegisterVmAsync(request);

        await _host.StartAsync();

        Assert.Null(_host.Node.Table.Registry.Find(id));
        Assert.Null((await _other.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Suspect);
    }

    private async Task<(TestVm Owner, DiskDescription Disk)> DetachedAsync()
    {
        var owner = new TestVm("owner", null, disks: 2, capacity: 256 * 1024);
        var disk = (await owner.ImportAsync(_host.Client)).Disks[0];
        await _host.Client.ChangeDiskAsync(new ChangeDiskRequest
        {
            VmId = owner.Id, Epoch = owner.NextEpoch, Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId },
        });
        return (owner, disk);
    }

    private async Task<VmDescription> AttachAsync(TestVm vm, DiskDescription disk) =>
        await _host.Client.ChangeDiskAsync(new ChangeDiskRequest
        {
            VmId = vm.Id, Epoch = vm.NextEpoch,
            Attach = new AttachDisk { Label = "virtio0:1", Path = disk.Path, ObjectId = disk.ObjectId, Encrypted = false },
        });

    private string At(params string[] parts) => Path.Combine([_host.Datastore, .. parts]);

    private IEnumerable<string> Names(string folder, string? datastore = null) =>
        Directory.EnumerateFileSystemEntries(Path.Combine(datastore ?? _host.Datastore, folder))
            .Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);
}
