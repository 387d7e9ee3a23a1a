using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Editing;

public sealed class DiskTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _other = TestKek.Make("k2");
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek, _other);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_added_disk_is_encrypted_under_its_key_and_adding_it_again_is_no_change()
    {
        var (vm, now) = await MakeAsync("web01", _kek);
        var spec = Spec("virtio0:1", _other);
        now = await ChangeAsync(vm, now, r => r.Add = spec);
        var disk = now.Disks[1];
        Assert.Null(disk.Suspect);
        Assert.Equal(("virtio0:1", true, _other.Ref, spec.ObjectId), (disk.Label, disk.Encrypted, disk.Key, disk.ObjectId));
        var again = await ChangeAsync(vm, now, r => r.Add = spec);
        Assert.Equal((2, now.Generation), (again.Disks.Count, again.Generation));
    }

    [Fact]
    public async Task Encrypted_disk_onto_plain_vm()
    {
        var (vm, now) = await MakeAsync("plain", null);
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", () =>
                ChangeAsync(vm, now, r => r.Add = Spec("virtio0:1", _kek)));
        var (owner, owned) = await MakeAsync("owner", _kek, disks: 2);
        var disk = owned.Disks[1];
        await ChangeAsync(owner, owned, r => r.Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId });
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", () =>
                ChangeAsync(vm, now, r => r.Attach = Attach("virtio0:1", disk)));
    }

    [Fact]
    public async Task Disk_detached_and_attached_again_to_another_vm_holds_what_it_held()
    {
        var (vm, now) = await MakeAsync("web01", _kek, disks: 2);
        var disk = now.Disks[1];
        now = await ChangeAsync(vm, now, r => r.Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId });
        Assert.Single(now.Disks);
        var seen = await _host.Client.InspectDiskAsync(new InspectDiskRequest { Path = disk.Path });
        Assert.Equal((disk.ObjectId, true, disk.Key), (seen.ObjectId, seen.Encrypted, seen.Key));

        var (other, then) = await MakeAsync("web02", _other);
        var records = TestVm.RecordsOf(then).Append(RecordOf(disk)).ToArray();
        then = await ChangeAsync(other, then, r => r.Attach = Attach("virtio0:7", disk), records);
        var attached = then.Disks.Single(d => d.Label == "virtio0:7");
        Assert.Null(attached.Suspect);
        Assert.Equal((disk.ObjectId, "[ds1] web02/web01_1.vmdk"), (attached.ObjectId, attached.Path));
        using var folder = DiskFolder.Open(Path.Combine(_host.Datastore, "web02"));
        using var opened = Vmdk.Open(folder, "web01_1", null, new OneKek(_kek));
        await using var device = opened.OpenDevice();
        byte[] read = new byte[TestVm.Capacity];
        await device.ReadAsync(0, read, CancellationToken.None);
        Assert.Equal(vm.Content, read);
        Assert.False(File.Exists(Path.Combine(_host.Datastore, "web01", "web01_1.vmdk")));
    }

    [Theory]
    [InlineData("web01_1-flat.vmdk")]
    [InlineData("web01_1-flat.vmdk", "web01_1.vmdk")]
    public async Task An_attachment_that_was_cut_between_its_files_goes_on(params string[] moved)
    {
        var (vm, now) = await MakeAsync("web01", _kek, disks: 2);
        var disk = now.Disks[1];
        await ChangeAsync(vm, now, r => r.Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId });
        var (other, then) = await MakeAsync("web02", _kek);
        using (var lies = Lorica.Host.Files.Folder.Open(Path.Combine(_host.Datastore, "web01")))
        {
            _host.Node.Table.Registry.RememberDisk(
                Guid.Parse(other.Id), Lorica.Host.Editing.DiskIdentity.Read(Guid.Parse(disk.ObjectId), lies, "web01_1"));
        }

        foreach (string file in moved)
            File.Move(Path.Combine(_host.Datastore, "web01", file), Path.Combine(_host.Datastore, "web02", file));

        then = await ChangeAsync(
            other, then, r => r.Attach = Attach("virtio0:1", disk), [.. TestVm.RecordsOf(then), RecordOf(disk)]);

        var attached = then.Disks.Single(d => d.Label == "virtio0:1");
        Assert.Equal((null, disk.ObjectId, "[ds1] web02/web01_1.vmdk"), (attached.Suspect, attached.ObjectId, attached.Path));
        Assert.Equal(vm.Content, await PlainDisk.ReadAsync(Path.Combine(_host.Datastore, "web02"), "web01_1", _kek));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Path.Combine(_host.Datastore, "web01")), f =>
                f.Contains("web01_1", StringComparison.Ordinal) && !f.EndsWith(".lock", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_called_as_a_vmx_is_refused_before_anything_moves_each_time()
    {
        // Disks of that name were made by earlier versions.
        var (owner, owned) = await MakeAsync("owner", kek: null, disks: 2);
        var disk = owned.Disks[1];
        await ChangeAsync(owner, owned, r => r.Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId });
        string folder = Path.Combine(_host.Datastore, "owner");
        File.Move(Path.Combine(folder, "owner_1-flat.vmdk"), Path.Combine(folder, "web01.vmx-flat.vmdk"));
        string text = await File.ReadAllTextAsync(Path.Combine(folder, "owner_1.vmdk"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "web01.vmx.vmdk"), text.Replace("owner_1-flat", "web01.vmx-flat", StringComparison.Ordinal));
        disk.Path = "[ds1] owner/web01.vmx.vmdk";
        var (vm, now) = await MakeAsync("web01", kek: null);
        for (int i = 0; i < 2; i++)
        {
            await FaultAssert.RefusedAsync(FaultTypes.InvalidArgument, "lorica.diskName",
                () => ChangeAsync(vm, now, r => r.Attach = Attach("virtio0:1", disk)));
            Assert.True(File.Exists(Path.Combine(folder, "web01.vmx-flat.vmdk")));
            Assert.True(File.Exists(Path.Combine(folder, "web01.vmx.vmdk")));
        }

        Assert.Single((await ChangeAsync(vm, now, r => r.Add = Spec("virtio0:1", null))).Disks, d => d.Label == "virtio0:1");
    }

    [Fact]
    public async Task A_vm_called_as_a_vmx_file_has_disks_that_are_not()
    {
        var (_, now) = await MakeAsync("web.vmx", _kek, disks: 2);
        Assert.Equal(["[ds1] web.vmx_/web.vmx_.vmdk", "[ds1] web.vmx_/web.vmx__1.vmdk"], now.Disks.Select(d => d.Path));
    }

    [Fact]
    public async Task A_disk_that_does_not_open_at_its_new_place_lies_at_its_old_one_again_and_may_be_attached_later()
    {
        var (vm, now) = await MakeAsync("web01", _kek, disks: 2);
        var disk = now.Disks[1];
        await ChangeAsync(vm, now, r => r.Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId });
        var (other, then) = await MakeAsync("web02", _kek);
        ObjectRecord[] records = [.. TestVm.RecordsOf(then), RecordOf(disk)];
        using (var target = DiskFolder.Open(Path.Combine(_host.Datastore, "web02")))
        using (DiskLock.TakeExclusive(target, "web01_1"))
        {
            await FaultAssert.RefusedAsync(FaultTypes.ResourceInUse, "lorica.diskInUse",
                () => ChangeAsync(other, then, r => r.Attach = Attach("virtio0:1", disk), records));
        }

        Assert.Equal(["web01_1-flat.vmdk", "web01_1.vmdk"], Directory.EnumerateFiles(Path.Combine(_host.Datastore, "web01"))
            .Select(f => Path.GetFileName(f)).Where(f => f.StartsWith("web01_1", StringComparison.Ordinal)).Order());
        then = await ChangeAsync(other, then, r => r.Attach = Attach("virtio0:1", disk), records);
        Assert.Equal("[ds1] web02/web01_1.vmdk", then.Disks[1].Path);
    }

    [Fact]
    public async Task Only_the_files_of_the_disk_that_was_detached_are_removed()
    {
        var (vm, now) = await MakeAsync("web01", _kek, disks: 3);
        var (gone, stays) = (now.Disks[1], now.Disks[2]);
        now = await ChangeAsync(vm, now, r => r.Detach = new DetachDisk { Label = stays.Label, ObjectId = stays.ObjectId });
        await FaultAssert.RefusedAsync(FaultTypes.InvalidArgument, "lorica.invalidArgument",
            () => ChangeAsync(vm, now, r => r.Detach = new DetachDisk
            {
                Label = gone.Label, ObjectId = gone.ObjectId, Remove = true, Path = stays.Path,
            }));
        Assert.True(File.Exists(Path.Combine(_host.Datastore, "web01", "web01_2.vmdk")));
        await ChangeAsync(vm, now, r => r.Detach = new DetachDisk
        {
            Label = gone.Label, ObjectId = gone.ObjectId, Remove = true, Path = gone.Path,
        });
        var left = Directory.EnumerateFiles(Path.Combine(_host.Datastore, "web01")).Select(f => Path.GetFileName(f)).ToList();
        Assert.Contains("web01_2.vmdk", left);
        Assert.DoesNotContain(left, f => f.Contains("web01_1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_of_another_vm_is_not_shared()
    {
        var (_, owned) = await MakeAsync("owner", _kek);
        var (vm, now) = await MakeAsync("web01", _kek);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking",
            () => ChangeAsync(vm, now, r => r.Attach = Attach("virtio0:1", owned.Disks[0]),
                [.. TestVm.RecordsOf(now), RecordOf(owned.Disks[0])]));
    }

    [Fact]
    public async Task A_disk_is_removed_although_its_key_is_gone_and_the_others_stay()
    {
        var (vm, now) = await MakeAsync("web01", _kek);
        now = await ChangeAsync(vm, now, r => r.Add = Spec("virtio0:1", _other));
        var lost = now.Disks[1];
        await _host.Client.RemoveKeysAsync(new RemoveKeysRequest { Keys = { _other.Ref } });
        var power = new PowerOnRequest { VmId = vm.Id, Epoch = vm.NextEpoch };
        power.Records.AddRange(TestVm.RecordsOf(now));
        var fault = await FaultAssert.RefusedAsync(
            FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", _host.Client.PowerOnAsync(power));
        Assert.Equal($"The disk {lost.Path} is encrypted and a required key was not found.", fault.Message);

        var detach = new DetachDisk { Label = lost.Label, ObjectId = lost.ObjectId, Remove = true, Path = lost.Path };
        var after = await ChangeAsync(vm, now, r => r.Detach = detach);
        Assert.Single(after.Disks);
        Assert.Empty(after.MissingKeys);
        Assert.False(File.Exists(Path.Combine(_host.Datastore, Path.GetFileName(lost.Path))));
        after = await ChangeAsync(vm, after, r => r.Detach = detach);
        Assert.Single(after.Disks);
    }

    [Theory]
    [InlineData(DiskFormat.Thin)]
    [InlineData(DiskFormat.LazyZeroed)]
    [InlineData(DiskFormat.EagerZeroed)]
    public async Task A_disk_grows_keeps_its_content_and_its_new_part_is_zeros(DiskFormat provisioning)
    {
        var vm = new TestVm("web01", _kek);
        vm.Request.Disks[0].Provisioning = provisioning;
        var now = await vm.ImportAsync(_host.Client);

        // What a resize that broke off left behind.
        string flat = Path.Combine(_host.Datastore, "web01", "web01-flat.vmdk");
        await using (var file = File.OpenWrite(flat))
            file.SetLength(TestVm.Capacity + 4096);
        var after = await ChangeAsync(
            vm, now, r => r.Resize = new ResizeDisk { Label = "virtio0:0", Capacity = TestVm.Capacity * 2L });
        Assert.Null(after.Disks[0].Suspect);
        Assert.Equal((TestVm.Capacity * 2L, now.Disks[0].Generation + 1), (after.Disks[0].Capacity, after.Disks[0].Generation));
        using var folder = DiskFolder.Open(Path.Combine(_host.Datastore, "web01"));
        using var opened = Vmdk.Open(folder, "web01", null, new OneKek(_kek));
        await using var device = opened.OpenDevice();
        byte[] read = new byte[TestVm.Capacity * 2];
        await device.ReadAsync(0, read, CancellationToken.None);
        Assert.Equal(vm.Content, read[..TestVm.Capacity]);
        Assert.Equal(-1, read.AsSpan(TestVm.Capacity).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public async Task A_resize_under_a_descriptor_from_before_the_disk_grew_is_refused_and_cuts_nothing()
    {
        var (vm, now) = await MakeAsync("web01", kek: null);
        var (descriptor, flat) = (Path.Combine(_host.Datastore, "web01", "web01.vmdk"),
            Path.Combine(_host.Datastore, "web01", "web01-flat.vmdk"));
        byte[] old = await File.ReadAllBytesAsync(descriptor);
        ResizeDisk To(long capacity) => new() { Label = "virtio0:0", Capacity = capacity };
        now = await ChangeAsync(vm, now, r => r.Resize = To(TestVm.Capacity * 2L));
        byte[] grown = await File.ReadAllBytesAsync(descriptor);
        await using (var file = File.OpenWrite(flat))
        {
            file.Position = TestVm.Capacity + 12345;
            file.Write("written by the guest"u8);
        }

        byte[] held = await File.ReadAllBytesAsync(flat);
        await File.WriteAllBytesAsync(descriptor, old);
        foreach (long size in new[] { TestVm.Capacity, TestVm.Capacity * 3L / 2, TestVm.Capacity * 3L })
        {
            var fault = await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "lorica.olderThanKnown",
                () => ChangeAsync(vm, now, r => r.Resize = To(size)));
            Assert.Contains("Put back the descriptor", fault.Hint, StringComparison.Ordinal);
            Assert.Equal(held, await File.ReadAllBytesAsync(flat));
        }

        await File.WriteAllBytesAsync(descriptor, grown);
        await ChangeAsync(vm, now, r => r.Resize = To(TestVm.Capacity * 3L));
        Assert.Equal(held, (await File.ReadAllBytesAsync(flat))[..held.Length]);
    }

    [Fact]
    public async Task A_disk_never_becomes_smaller()
    {
        var (vm, now) = await MakeAsync("web01", _kek);
        await FaultAssert.RefusedAsync(FaultTypes.InvalidArgument, "lorica.invalidArgument",
            () => ChangeAsync(vm, now, r => r.Resize = new ResizeDisk { Label = "virtio0:0", Capacity = 4096 }));
    }

    [Fact]
    public async Task A_detached_disk_survives_the_removal_of_its_vm()
    {
        var (vm, now) = await MakeAsync("web01", _kek, disks: 2);
        var disk = now.Disks[1];
        await ChangeAsync(vm, now, r => r.Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId });
        await _host.Client.DeleteVmAsync(new VmOperation { VmId = vm.Id, Epoch = vm.NextEpoch });
        var left = Directory.EnumerateFiles(Path.Combine(_host.Datastore, "web01"))
            .Select(Path.GetFileName).Where(n => n![0] != '.').Order();
        Assert.Equal(["web01_1-flat.vmdk", "web01_1.vmdk"], left);
    }

    private async Task<(TestVm Vm, VmDescription Described)> MakeAsync(string name, TestKek? kek, int disks = 1)
    {
        var vm = new TestVm(name, kek, disks);
        return (vm, await vm.ImportAsync(_host.Client));
    }

    private static DiskSpec Spec(string label, TestKek? kek) => new()
    {
        Label = label, Capacity = 1024 * 1024, Provisioning = DiskFormat.Thin, ObjectId = Guid.NewGuid().ToString(),
        Key = kek?.Ref,
        Kcv = kek?.Kcv ?? "",
    };

    private static AttachDisk Attach(string label, DiskDescription disk) =>
        new() { Label = label, Path = disk.Path, ObjectId = disk.ObjectId, Encrypted = disk.Encrypted };

    private static ObjectRecord RecordOf(DiskDescription disk) =>
        new() { ObjectId = disk.ObjectId, Kind = ObjectKind.Disk, Key = disk.Key, Kcv = disk.Kcv, Generation = disk.Generation };

    private async Task<VmDescription> ChangeAsync(
        TestVm vm, VmDescription now, Action<ChangeDiskRequest> change, ObjectRecord[]? records = null)
    {
        var request = new ChangeDiskRequest { VmId = vm.Id, Epoch = vm.NextEpoch };
        request.Records.AddRange(records ?? TestVm.RecordsOf(now));
        change(request);
        return await _host.Client.ChangeDiskAsync(request);
    }
}
