using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Editing;

/// <summary>Disks that somebody else comes to have, or whose name another disk gets, while one is attached or removed.</summary>
public sealed class DiskIdentityTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_VMs_that_attach_one_disk_at_once_one_gets_it_whole(bool fromItsFolder)
    {
        var (owner, disk) = await DetachedAsync();
        var web = await MakeAsync("web");
        var other = fromItsFolder ? owner : await MakeAsync("other");
        Interrupt("1 asked", () => _host.Client.ChangeDisk(Attach(other, disk)));

        await FaultAssert.RefusedAsync(
            fromItsFolder ? FaultTypes.InvalidDeviceSpec : FaultTypes.NotFound,
            fromItsFolder ? "msg.hostd.deviceSpec.enc.sharedBacking" : "lorica.fileNotFound",
            () => ChangeAsync(Attach(web, disk)));

        var now = await _host.Client.DescribeVmAsync(new VmRequest { VmId = other.Id });
        Assert.Equal((2, null), (now.Disks.Count, now.Disks[1].Suspect));
        Assert.Equal(owner.Content, await PlainDisk.ReadAsync(Folder(other), "owner_1"));
        Assert.DoesNotContain(Directory.EnumerateFiles(Folder(web)), f => f.Contains("owner", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("3 data moved")]
    [InlineData("1 asked")]
    public async Task A_disk_that_is_being_attached_is_locked_where_it_lies_and_where_it_is_to_lie(string step)
    {
        var (owner, disk) = await DetachedAsync();
        var web = await MakeAsync("web");
        List<bool> free = [];
        Interrupt(step, () => free.AddRange([IsFree(Folder(owner), "owner_1"), IsFree(Folder(web), "owner_1")]));
        await ChangeAsync(Attach(web, disk));
        Assert.Equal(Enumerable.Repeat(step == "1 asked", 2), free);
        Assert.DoesNotContain(Directory.EnumerateFiles(Folder(owner)), f => f.Contains("owner_1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("move")]
    [InlineData("vmx")]
    public async Task A_disk_whose_attachment_fails_after_it_was_moved_lies_where_it_lay(string what)
    {
        var (owner, disk) = await DetachedAsync();
        var web = await MakeAsync("web");
        string vmx = Path.Combine(Folder(web), "web.vmx");
        string before = await File.ReadAllTextAsync(vmx);
        Interrupt("3 data moved", () =>
        {
            Assert.True(File.Exists(Path.Combine(Folder(web), "owner_1-flat.vmdk")));
            File.AppendAllText(vmx, "annotation = \"changed\"\n");
            if (what == "move")
                throw new IOException("cut here");
        });
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => ChangeAsync(Attach(web, disk)));
        Assert.DoesNotContain(Directory.EnumerateFiles(Folder(web)), f => f.Contains("owner", StringComparison.Ordinal));
        Assert.Equal(owner.Content, await PlainDisk.ReadAsync(Folder(owner), "owner_1"));
        await File.WriteAllTextAsync(vmx, before);
        Assert.Equal(2, (await ChangeAsync(Attach(web, disk))).Disks.Count);
    }

    [Fact]
    public async Task Another_disk_of_the_same_name_in_the_VMs_folder_is_not_taken_for_the_one_that_was_asked_for()
    {
        var (owner, disk) = await DetachedAsync();
        var web = await MakeAsync("web");
        File.Delete(Path.Combine(Folder(owner), "owner_1.vmdk"));
        File.Delete(Path.Combine(Folder(owner), "owner_1-flat.vmdk"));
        using (var folder = DiskFolder.Open(Folder(web)))
            await Vmdk.CreateAsync(folder, "owner_1", TestVm.Capacity, Provisioning.Thin, null, CancellationToken.None);

        var fault = await FaultAssert.RefusedAsync(
            FaultTypes.NotFound, "lorica.fileNotFound", () => ChangeAsync(Attach(web, disk)));

        Assert.Contains("[ds1] web/owner_1.vmdk", fault.Hint, StringComparison.Ordinal);
        disk.Path = "[ds1] web/owner_1.vmdk";
        Assert.Equal(2, (await ChangeAsync(Attach(web, disk))).Disks.Count);
    }

    [Fact]
    public async Task A_new_disk_does_not_take_the_place_of_one_that_another_VM_names()
    {
        var web = await MakeAsync("web");
        var id = Guid.NewGuid();
        string name = $"web-{id.ToString("N")[..12]}";
        using (var folder = DiskFolder.Open(Folder(web)))
            await Vmdk.CreateAsync(folder, name, TestVm.Capacity, Provisioning.Thin, null, CancellationToken.None);
        await File.WriteAllTextAsync(
            Path.Combine(Folder(web), "else.vmx"),
            (await File.ReadAllTextAsync(Path.Combine(Folder(web), "web.vmx")))
                .Replace(web.Id, Guid.NewGuid().ToString(), StringComparison.Ordinal)
                .Replace("web.vmdk", name + ".vmdk", StringComparison.Ordinal));
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking", () => ChangeAsync(new ChangeDiskRequest
            {
                VmId = web.Id, Epoch = web.NextEpoch,
                Add = new DiskSpec
                {
                    Label = "virtio0:1", Capacity = 1024 * 1024, Provisioning = DiskFormat.Thin, ObjectId = id.ToString(),
                },
            }));
        Assert.Equal(TestVm.Capacity, new FileInfo(Path.Combine(Folder(web), name + "-flat.vmdk")).Length);
    }

    [Fact]
    public async Task A_descriptor_is_not_put_beside_the_data_of_another_disk()
    {
        var (owner, disk) = await DetachedAsync();
        var web = await MakeAsync("web");
        File.Delete(Path.Combine(Folder(owner), "owner_1-flat.vmdk"));
        await File.WriteAllBytesAsync(Path.Combine(Folder(web), "owner_1-flat.vmdk"), new byte[TestVm.Capacity]);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.diskNotKnown", () => ChangeAsync(Attach(web, disk)));
        Assert.True(File.Exists(Path.Combine(Folder(owner), "owner_1.vmdk")));
        Assert.True(File.Exists(Path.Combine(Folder(web), "owner_1-flat.vmdk")));
    }

    [Fact]
    public async Task A_file_of_another_program_that_is_called_like_a_disk_s_lock_stays()
    {
        var web = await MakeAsync("web");
        var (owner, disk) = await DetachedAsync();
        string[] locks = [Path.Combine(Folder(owner), ".foo.lock"), Path.Combine(Folder(web), ".foo.lock")];
        foreach (string file in locks)
            await File.WriteAllTextAsync(file, "of somebody");
        var request = Attach(web, disk);
        request.Attach.Path = request.Attach.Path.Replace("owner_1", "foo", StringComparison.Ordinal);
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => ChangeAsync(request));
        Assert.All(locks, f => Assert.True(File.Exists(f)));
    }

    [Theory]
    [InlineData("3 data moved")]
    [InlineData("4 named")]
    public async Task A_plain_disk_whose_attachment_was_cut_is_known_again_by_its_files(string step)
    {
        var (owner, disk) = await DetachedAsync();
        var web = await MakeAsync("web");
        _host.Node.Editor.AfterStep = s =>
        {
            // As a kill leaves it: what would be put back after a failure is moved on.
            if (s != "3 data moved")
                return;
            foreach (string file in step == "4 named" ? ["owner_1-flat.vmdk", "owner_1.vmdk"] : new[] { "owner_1-flat.vmdk" })
            {
                if (!File.Exists(Path.Combine(Folder(web), file)))
                    File.Move(Path.Combine(Folder(owner), file), Path.Combine(Folder(web), file));
                File.CreateSymbolicLink(Path.Combine(Folder(owner), file), "nowhere");
            }

            throw new IOException("cut here");
        };
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => ChangeAsync(Attach(web, disk)));
        _host.Node.Editor.AfterStep = null;
        foreach (string link in Directory.EnumerateFiles(Folder(owner)).Where(f => new FileInfo(f).LinkTarget is not null))
            File.Delete(link);

        // Asked for anew, after another change: whoever asks gives a plain disk an id of its own each time.
        var id = Guid.Parse(web.Id);
        _host.Node.Table.Registry.RememberDisk(id, new(Guid.NewGuid(), "else", null, null, null));
        var again = Attach(web, disk);
        again.Attach.ObjectId = Guid.NewGuid().ToString();
        Assert.Equal(2, (await ChangeAsync(again)).Disks.Count);
        Assert.Equal(owner.Content, await PlainDisk.ReadAsync(Folder(web), "owner_1"));
        Assert.Equal("else", Assert.Single(_host.Node.Table.Registry.Find(id)!.Disks!).Name);
    }

    [Theory]
    [InlineData("another")]
    [InlineData("copy")]
    [InlineData("data")]
    public async Task A_plain_disk_that_has_the_name_meanwhile_is_not_removed_by_a_removal_that_was_broken_off(string how)
    {
        var (vm, disk, remove) = await BrokenOffAsync();
        var (descriptor, data) = (Path.Combine(Folder(vm), "web_1.vmdk"), Path.Combine(Folder(vm), "web_1-flat.vmdk"));
        string files = Directory.CreateDirectory(_folder.Path("aside")).FullName;
        File.Move(data, Path.Combine(files, "data"));
        if (how == "data")
        {
            File.Copy(Path.Combine(files, "data"), data);
        }
        else
        {
            File.Move(descriptor, Path.Combine(files, "descriptor"));
            if (how == "copy")
            {
                File.Copy(Path.Combine(files, "descriptor"), descriptor);
                File.Copy(Path.Combine(files, "data"), data);
            }
            else
            {
                using var folder = DiskFolder.Open(Folder(vm));
                await Vmdk.CreateAsync(folder, "web_1", TestVm.Capacity, Provisioning.Thin, null, CancellationToken.None);
            }
        }

        var fault = await FaultAssert.RefusedAsync(
            FaultTypes.InvalidState, "lorica.diskNotKnown", () => ChangeAsync(remove));

        Assert.Contains(disk.Path, fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(descriptor));
        Assert.True(File.Exists(data));
    }

    [Theory]
    [InlineData]
    [InlineData("web_1.vmdk")]
    [InlineData("web_1.vmdk", "web_1-flat.vmdk")]
    public async Task A_removal_of_a_plain_disk_that_was_broken_off_is_ended_by_the_same_request(params string[] gone)
    {
        var (vm, _, remove) = await BrokenOffAsync();
        foreach (string file in gone)
            File.Delete(Path.Combine(Folder(vm), file));
        await _host.StopAsync();
        await _host.StartAsync();
        await ChangeAsync(remove);
        Assert.DoesNotContain(Directory.EnumerateFiles(Folder(vm)), f => f.Contains("web_1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_encrypted_disk_is_known_by_its_id_where_nothing_was_noted(bool same)
    {
        var kek = TestKek.Make("k1");
        await _host.DeliverAsync(kek);
        var vm = new TestVm("web", kek, disks: 3);
        var now = await vm.ImportAsync(_host.Client);
        var request = Remove(vm, now.Disks[1]);
        request.Records.AddRange(TestVm.RecordsOf(now));
        Interrupt("2 detached", () => throw new IOException("cut here"));
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => ChangeAsync(request));
        string descriptor = Path.Combine(Folder(vm), "web_1.vmdk");
        if (!same)
        {
            // The descriptor of another encrypted disk, called like this one.
            string text = await File.ReadAllTextAsync(Path.Combine(Folder(vm), "web_2.vmdk"));
            await File.WriteAllTextAsync(descriptor, text.Replace("web_2", "web_1", StringComparison.Ordinal));
        }

        // By a host of which the note is gone.
        _host.Node.Table.Registry.ForgetDisk(Guid.Parse(vm.Id), "web_1");
        if (same)
            await ChangeAsync(request);
        else
            await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.diskNotKnown", () => ChangeAsync(request));
        Assert.Equal(!same, File.Exists(descriptor));
    }

    [Fact]
    public async Task A_disk_is_locked_from_before_it_leaves_the_VM_until_its_files_are_gone()
    {
        var vm = await MakeAsync("web", disks: 2);
        var disk = (await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Disks[1];
        using (var folder = DiskFolder.Open(Folder(vm)))
        using (DiskLock.TakeExclusive(folder, "web_1"))
        {
            await FaultAssert.RefusedAsync(
                FaultTypes.ResourceInUse, "lorica.diskInUse", () => ChangeAsync(Remove(vm, disk)));
        }

        Assert.Equal(2, (await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Disks.Count);
        bool? free = null;
        Interrupt("2 detached", () => free = IsFree(Folder(vm), "web_1"));
        await ChangeAsync(Remove(vm, disk));
        Assert.False(free);
        Assert.DoesNotContain(Directory.EnumerateFiles(Folder(vm)), f => f.Contains("web_1", StringComparison.Ordinal));
    }

    private async Task<(TestVm Vm, DiskDescription Disk, ChangeDiskRequest Remove)> BrokenOffAsync()
    {
        var vm = await MakeAsync("web", disks: 2);
        var disk = (await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Disks[1];
        Interrupt("2 detached", () => throw new IOException("cut here"));
        var request = Remove(vm, disk);
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => ChangeAsync(request));
        Assert.Single((await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).Disks);
        Assert.True(File.Exists(Path.Combine(Folder(vm), "web_1.vmdk")));
        return (vm, disk, request);
    }

    /// <summary>Does something once, when a step is over.</summary>
    private void Interrupt(string step, Action act) => _host.Node.Editor.AfterStep = s =>
    {
        if (s != step)
            return;
        _host.Node.Editor.AfterStep = null;
        act();
    };

    private static bool IsFree(string path, string name)
    {
        using var folder = DiskFolder.Open(path);
        try
        {
            DiskLock.TakeExclusive(folder, name).Dispose();
            return true;
        }
        catch (DiskException)
        {
            return false;
        }
    }

    private string Folder(TestVm vm) => Path.Combine(_host.Datastore, vm.Request.Name);

    private async Task<(TestVm Owner, DiskDescription Disk)> DetachedAsync()
    {
        var owner = await MakeAsync("owner", disks: 2);
        var disk = (await _host.Client.DescribeVmAsync(new VmRequest { VmId = owner.Id })).Disks[1];
        await ChangeAsync(new ChangeDiskRequest
        {
            VmId = owner.Id, Epoch = owner.NextEpoch, Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId },
        });
        return (owner, disk);
    }

    private async Task<TestVm> MakeAsync(string name, int disks = 1)
    {
        var vm = new TestVm(name, null, disks);
        await vm.ImportAsync(_host.Client);
        return vm;
    }

    private static ChangeDiskRequest Remove(TestVm vm, DiskDescription disk) => new()
    {
        VmId = vm.Id, Epoch = vm.NextEpoch,
        Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId, Remove = true, Path = disk.Path },
    };

    private static ChangeDiskRequest Attach(TestVm vm, DiskDescription disk) => new()
    {
        VmId = vm.Id, Epoch = vm.NextEpoch,
        Attach = new AttachDisk { Label = "virtio0:5", Path = disk.Path, ObjectId = disk.ObjectId, Encrypted = false },
    };

    private async Task<VmDescription> ChangeAsync(ChangeDiskRequest request) => await _host.Client.ChangeDiskAsync(request);
}
