using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.HostContract;

/// <summary>Disks: added, made larger, detached, looked at, attached, removed; each safe to ask for again.</summary>
/// <typeparam name="THost">The host.</typeparam>
public abstract class DiskContract<THost> : ContractTests<THost>
    where THost : ContractHost, new()
{
    [Fact]
    public async Task A_disk_is_added_once_however_often_it_is_asked_for()
    {
        var made = await Host.Vms.CreateAsync(Spec(), default);
        var disk = Disk("virtio0:1");
        for (int i = 0; i < 2; i++)
        {
            var now = await Host.Disks.AddAsync(Edit(made, 2), disk, default);
            Assert.Equal(["virtio0:0", "virtio0:1"], now.Disks.Select(d => d.Label).Order(StringComparer.Ordinal));
            var added = now.Disks.Single(d => d.Label == "virtio0:1");
            Assert.Equal((disk.ObjectId, 2 * Mib, false), (added.ObjectId, added.Capacity, added.Encrypted));
        }

        await RefusedAsync(FaultTypes.AlreadyExists, "lorica.diskExists",
            () => Host.Disks.AddAsync(Edit(made, 2), Disk("virtio0:1"), default));
    }

    [Fact]
    public async Task An_encrypted_disk_needs_its_key_and_an_encrypted_home()
    {
        var key = await Subject.HeldAsync("k1");
        var plain = await Host.Vms.CreateAsync(Spec("plain"), default);
        await RefusedAsync(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch",
            () => Host.Disks.AddAsync(Edit(plain, 2), Disk("virtio0:1", key), default));

        var made = await Host.Vms.CreateAsync(Spec(key: key), default);
        var other = Subject.Make("k2");
        await RefusedAsync(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound",
            () => Host.Disks.AddAsync(Edit(made, 2), Disk("virtio0:1", other), default));
        await Subject.DeliverAsync(other);
        var now = await Host.Disks.AddAsync(Edit(made, 2), Disk("virtio0:1", other), default);
        var added = now.Disks.Single(d => d.Label == "virtio0:1");
        Assert.Equal((true, other.ToName(), other.Kcv), (added.Encrypted, added.Key, added.Kcv));
    }

    [Fact]
    public async Task A_disk_grows_and_never_shrinks()
    {
        var made = await Host.Vms.CreateAsync(Spec(key: await Subject.HeldAsync("k1")), default);
        var grown = await Host.Disks.ResizeAsync(Edit(made, 2), "virtio0:0", 4 * Mib, default);
        Assert.Equal(4 * Mib, Assert.Single(grown.Disks).Capacity);
        grown = await Host.Disks.ResizeAsync(Edit(grown, 3), "virtio0:0", 4 * Mib, default);
        Assert.Equal(4 * Mib, Assert.Single(grown.Disks).Capacity);
        var e = await Assert.ThrowsAsync<FaultException>(
            () => Host.Disks.ResizeAsync(Edit(grown, 4), "virtio0:0", Mib, default));
        Assert.Equal(FaultTypes.InvalidArgument, e.Fault.Type);
        await RefusedAsync(FaultTypes.NotFound, "lorica.diskNotFound",
            () => Host.Disks.ResizeAsync(Edit(grown, 5), "virtio0:7", 8 * Mib, default));
        Assert.Equal(4 * Mib, Assert.Single((await Host.Vms.DescribeAsync(made.VmId, default)).Disks).Capacity);
    }

    [Fact]
    public async Task A_disk_is_detached_looked_at_and_attached_again()
    {
        var key = await Subject.HeldAsync("k1");
        var made = await Host.Vms.CreateAsync(Spec(key: key), default);
        var disk = Assert.Single(made.Disks);
        for (int i = 0; i < 2; i++)
        {
            Assert.Empty((await Host.Disks.DetachAsync(
                Edit(made, 2), disk.Label, disk.ObjectId, disk.Path, remove: false, default)).Disks);
        }

        var seen = await Host.Disks.InspectAsync(disk.Path, default);
        Assert.Equal(
            (disk.Path, disk.Capacity, true, disk.Key, disk.Kcv, disk.ObjectId),
            (seen.Path, seen.Capacity, seen.Encrypted, seen.Key, seen.Kcv, seen.ObjectId));

        // One that is older than its record says is not taken.
        var newer = new VmEdit(made.VmId, 3, [.. RecordsOf(made).Select(r => r.IsHome ? r : r with { Generation = 9 })]);
        await RefusedAsync(FaultTypes.GenericVmConfigFault, "lorica.olderThanKnown", () => Host.Disks.AttachAsync(
            newer, "virtio0:3", disk.Path, disk.ObjectId, encrypted: true, default));
        for (int i = 0; i < 2; i++)
        {
            var back = await Host.Disks.AttachAsync(
                Edit(made, 3), "virtio0:3", disk.Path, disk.ObjectId, encrypted: true, default);
            var attached = Assert.Single(back.Disks);
            Assert.Equal(("virtio0:3", disk.ObjectId, disk.Key), (attached.Label, attached.ObjectId, attached.Key));
        }
    }

    [Fact]
    public async Task A_removed_disk_leaves_no_file()
    {
        var made = await Host.Vms.CreateAsync(Spec(), default);
        var disk = Assert.Single(made.Disks);
        for (int i = 0; i < 2; i++)
        {
            Assert.Empty((await Host.Disks.DetachAsync(
                Edit(made, 2), disk.Label, disk.ObjectId, disk.Path, remove: true, default)).Disks);
        }

        await RefusedAsync(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.notFile",
            () => Host.Disks.InspectAsync(disk.Path, default));
    }

    private static NewDiskSpec Disk(string label, ExpectedKey? key = null) => new()
    {
        Label = label, Capacity = 2 * Mib, Provisioning = DiskFormat.Thin, ObjectId = Guid.NewGuid().ToString(), Key = key,
    };
}
