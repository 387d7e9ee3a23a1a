using System.Buffers.Binary;
using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Vmx.Deliveries;
using Lorica.Vmx.Startup;
using Lorica.Vmx.Tests.Hosting;

namespace Lorica.Vmx.Tests;

/// <summary>What the host may send, and that anything else starts nothing.</summary>
public sealed class ConfigTests
{
    private static VmxConfig Valid() => new()
    {
        VmId = "0f6cbb64-58ba-4fc8-9d2c-8d4ae9b6d3a1", Name = "n", RunFolder = "/run/lorica/x/y", Uid = 64200, Cpus = 1,
        MemoryMib = 128,
        Qemu = "/usr/bin/qemu-system-x86_64", ControlFd = 10, NbdFd = 11, Firmware = "bios",
        Exports = { Export("virtio0:0", 12) },
    };

    private static VmxExport Export(string label, int fd, string secret = "") => new()
    {
        Label = label, Length = 1 << 20,
        Links =
        {
            new VmxLink { ExtentFd = fd, LockFd = fd + 1, SyncFd = fd + 2, ZeroRule = VmxZeroRule.Hole, Secret = secret },
        },
    };

    private static VmxLink Link(VmxConfig config) => config.Exports[0].Links[0];

    public static TheoryData<string, Action<VmxConfig>> Refused => new()
    {
        { "vm_id", c => c.VmId = "x" },
        { "name", c => c.Name = "" },
        { "name", c => c.Name = new string('x', 256) },
        { "uid", c => c.Uid = 0 },
        { "run_folder", c => c.RunFolder = "relative" },
        { "run_folder", c => c.RunFolder = "/" + new string('x', 90) },
        { "qemu", c => c.Qemu = "qemu" },
        { "qemu", c => c.Qemu = "/a\0b" },
        { "cpus", c => c.Cpus = 0 },
        { "cpus", c => c.Cpus = 256 },
        { "memory_mib", c => c.MemoryMib = -1 },
        { "memory_mib", c => c.MemoryMib = long.MaxValue },
        { "firmware", c => c.Firmware = "coreboot" },
        { "console", c => c.Console = ByteString.CopyFrom(new byte[(1 << 20) + 1]) },
        { "console", c => c.ConsoleOffset = -1 },
        { "descriptor", c => c.NbdFd = c.ControlFd },
        { "descriptor", c => Link(c).ExtentFd = c.NbdFd },
        { "descriptor", c => Link(c).LockFd = 12 },
        { "descriptor", c => Link(c).SyncFd = 0 },
        { "descriptor", c => Link(c).SyncFd = 12 },
        { "descriptor", c => c.VmLockFd = 13 },
        { "lock", c => (c.VmLockFd, c.LockHost, c.LockBoot, c.LockRenewedAt) = (20, "h", "b", -1) },
        { "lock", c => (c.VmLockFd, c.LockHost, c.LockBoot, c.LockRenewedAt) = (0, "h", "b", 1) },
        { "label", c => c.Exports[0].Label = "" },
        { "label", c => c.Exports[0].Label = "a,b" },
        { "label", c => c.Exports.Add(Export("virtio0:0", 20)) },
        { "length", c => c.Exports[0].Length = 0 },
        { "length", c => c.Exports[0].Length = 513 },
        { "length", c => c.Exports[0].Length = -512 },
        { "zero_rule", c => Link(c).ZeroRule = VmxZeroRule.NoRule },
        { "zero_rule", c => Link(c).ZeroRule = (VmxZeroRule)9 },
        { "key", c => Link(c).Secret = "nobody's" },
        { "link", c => c.Exports[0].Links.Clear() },
        { "link", c => c.Exports[0].Links.Add(Export("", 20).Links) },
        { "Nvram", c => c.Exports[0].Kind = VmxExportKind.Nvram },
        { "Swap", c => c.Exports[0].Kind = VmxExportKind.Swap },
        { "Memory", c => c.Exports[0].Kind = VmxExportKind.Memory },
        { "Media", c => c.Exports[0].Kind = VmxExportKind.Media },
        { "kind", c => c.Exports[0].Kind = (VmxExportKind)9 },
        { "disks", c => c.Exports.Add(Enumerable.Range(0, 24).Select(i => Export("d" + i, 100 + 3 * i))) },
    };

    private readonly SecretSet _none = new();

    [Fact]
    public void A_valid_configuration_passes() => ConfigRules.Check(Valid(), 64200, _none);

    [Fact]
    public void A_host_that_names_no_time_of_its_last_renewal_is_understood()
    {
        var config = Valid();
        (config.VmLockFd, config.LockHost, config.LockBoot, config.LockEpoch) = (20, "h", "b", 3);
        ConfigRules.Check(config, 64200, _none);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_broken_rule_is_named(string rule, Action<VmxConfig> breakIt)
    {
        var config = Valid();
        breakIt(config);
        var e = Assert.Throws<VmxException>(() => ConfigRules.Check(config, 64200, _none));
        Assert.Equal(VmxErrorKind.BadConfig, e.Kind);
        Assert.Contains(rule, e.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> MalformedInputs =>
        ["empty", "cut length", "no message", "too long", "cut", "no protobuf", "keys cut", "bytes left over"];

    [Theory]
    [MemberData(nameof(MalformedInputs))]
    public async Task Malformed_standard_input_of_a_host_of_before_is_refused_before_anything_starts(string what)
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.Config.Exports.Add(Export("d", 60, "d"));
        byte[] honest = TestHost.Before(host.Config);
        var vmx = host.StartRaw(what switch
        {
            "empty" => [],
            "cut length" => [1, 2],
            "no message" => Length(0),
            "too long" => Length(int.MaxValue),
            "cut" => honest[..^5],
            "no protobuf" => [.. Length(4), 0xff, 0xff, 0xff, 0xff],
            "keys cut" => [.. honest, .. new byte[63]],
            _ => [.. honest, .. new byte[65]],
        });
        Assert.Equal(2, await vmx.ExitAsync());
        Assert.StartsWith("lorica-vmx", await vmx.ErrorsAsync(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(host.RunFolder, "qemu.pid")));
    }

    [Fact]
    public async Task Descriptors_that_are_not_open_are_refused()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.Config.ControlFd = 777;
        var vmx = host.Start();
        Assert.Equal(2, await vmx.ExitAsync());
        Assert.Contains("descriptor 777 is not open", await vmx.ErrorsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_with_equal_key_halves_is_refused()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        string file = Path.Combine(host.Folder, "disk");
        await File.WriteAllBytesAsync(file, new byte[1 << 20]);
        host.AddDisk(file, new byte[64]);
        Assert.Equal(2, await host.Start().ExitAsync());
    }

    [Fact]
    public async Task Root_is_no_user_for_a_machine()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        var vmx = host.StartRaw([], uid: "0");
        Assert.Equal(2, await vmx.ExitAsync());
        Assert.Contains("must not be root", await vmx.ErrorsAsync(), StringComparison.Ordinal);
    }

    private static byte[] Length(int n)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, n);
        return bytes;
    }
}
