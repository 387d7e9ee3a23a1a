using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Editing;

/// <summary>What is no disk that can be attached, and what names no key: a test for each fault.</summary>
public sealed class DiskFaultTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1");
    private TestHost _host = null!;

    private string Home => Path.Combine(_host.Datastore, "web01");

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
    public async Task InvalidVmConfig_diskChain_a_delta_of_another_disk()
    {
        var (vm, now, disk) = await DetachedAsync(null);
        string file = Path.Combine(Home, "web01_1.vmdk");
        string text = await File.ReadAllTextAsync(file);
        Assert.Contains("parentCID=ffffffff", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace("parentCID=ffffffff", "parentCID=1234abcd", StringComparison.Ordinal));
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidVmConfig, "msg.hostd.deviceSpec.enc.diskChain", () => InspectAsync(disk.Path));
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidVmConfig, "msg.hostd.deviceSpec.enc.diskChain", () => AttachAsync(vm, now, disk));
    }

    [Fact]
    public async Task InvalidDeviceSpec_notDisk_a_file_that_is_none()
    {
        var (vm, _, _) = await DetachedAsync(null);
        await File.WriteAllBytesAsync(Path.Combine(Home, "rescue.vmdk"), [.. new byte[32769], .. "CD001"u8]);
        await File.WriteAllTextAsync(Path.Combine(Home, "empty.vmdk"), "");
        Assert.NotNull(vm);
        foreach (string name in (string[])["web01_1-flat", "rescue", "empty"])
        {
            await FaultAssert.RefusedAsync(
                FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.notDisk", () => InspectAsync($"[ds1] web01/{name}.vmdk"));
        }
    }

    [Theory]
    [InlineData("[ds1] web01/none.vmdk")]
    [InlineData("[ds1] nowhere/none.vmdk")]
    [InlineData("[ds1] web01/web01.vmx")]
    [InlineData("/dev/sda")]
    public async Task InvalidDeviceSpec_notFile_nothing_is_there(string path)
    {
        await DetachedAsync(null);
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.notFile", () => InspectAsync(path));
    }

    [Theory]
    [InlineData("encryption.bundle", "web01.vmx")]
    [InlineData("encryptionKeys", "web01.vmdk")]
    public async Task GenericVmConfigFault_locator_a_broken_key_locator(string line, string file)
    {
        var vm = new TestVm("web01", _kek);
        var now = await vm.ImportAsync(_host.Client);
        string path = Path.Combine(Home, file);
        string[] lines = await File.ReadAllLinesAsync(path);
        int at = Array.FindIndex(lines, l => l.StartsWith(line, StringComparison.Ordinal));
        lines[at] = lines[at].Replace("vmware:key", "vmware:kay", StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, string.Join('\n', lines) + "\n");

        var power = new PowerOnRequest { VmId = vm.Id, Epoch = vm.NextEpoch };
        power.Records.AddRange(TestVm.RecordsOf(now));
        await FaultAssert.RefusedAsync(FaultTypes.GenericVmConfigFault, "msg.keysafe.locator", _host.Client.PowerOnAsync(power));
        var seen = await _host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Equal("msg.keysafe.locator", (seen.Suspect ?? seen.Disks[0].Suspect).Key);
    }

    [Fact]
    public async Task A_disk_of_another_program_in_the_place_of_one_of_ours_is_named_with_its_way_out()
    {
        var (vm, now, disk) = await DetachedAsync(null);
        await File.WriteAllBytesAsync(Path.Combine(Home, "web01_1.vmdk"), [.. "QFI"u8, 0xfb, .. new byte[70_000]]);
        (string Key, Func<Task> Act)[] acts =
        [
            ("msg.hostd.deviceSpec.enc.notDisk", () => InspectAsync(disk.Path)),
            ("lorica.notADisk", () => AttachAsync(vm, now, disk)),
        ];
        foreach (var (key, act) in acts)
        {
            var fault = await FaultAssert.RefusedAsync(FaultTypes.InvalidDeviceSpec, key, act);
            Assert.Contains("a QCOW image", fault.Message, StringComparison.Ordinal);
            Assert.Contains("qemu-img convert", fault.Hint, StringComparison.Ordinal);
        }
    }

    private async Task<(TestVm Vm, VmDescription Now, DiskDescription Disk)> DetachedAsync(TestKek? kek)
    {
        var vm = new TestVm("web01", kek, disks: 2);
        var now = await vm.ImportAsync(_host.Client);
        var disk = now.Disks[1];
        var detach = new ChangeDiskRequest
        {
            VmId = vm.Id, Epoch = vm.NextEpoch, Detach = new DetachDisk { Label = disk.Label, ObjectId = disk.ObjectId },
        };
        detach.Records.AddRange(TestVm.RecordsOf(now));
        return (vm, await _host.Client.ChangeDiskAsync(detach), disk);
    }

    private Task InspectAsync(string path) => _host.Client.InspectDiskAsync(new InspectDiskRequest { Path = path }).ResponseAsync;

    private Task AttachAsync(TestVm vm, VmDescription now, DiskDescription disk)
    {
        var request = new ChangeDiskRequest
        {
            VmId = vm.Id, Epoch = vm.NextEpoch,
            Attach = new AttachDisk
            {
                Label = "virtio0:5", Path = disk.Path, ObjectId = disk.ObjectId, Encrypted = disk.Encrypted,
            },
        };
        request.Records.AddRange(TestVm.RecordsOf(now));
        return _host.Client.ChangeDiskAsync(request).ResponseAsync;
    }
}
