using System.Text.Json;
using Lorica.Contracts.Vmx;
using Lorica.Vmx.Qemu;

namespace Lorica.Vmx.Tests;

public sealed class CommandLineTests
{
    private static readonly VmxConfig Config = new()
    {
        VmId = "0f6cbb64-58ba-4fc8-9d2c-8d4ae9b6d3a1", RunFolder = "/run/lorica/a,b", Cpus = 2, MemoryMib = 512,
        Exports = { new VmxExport { Label = "virtio0:0" }, new VmxExport { Label = "virtio0:1" } },
    };

    [Fact]
    public void Each_disk_is_an_export_that_is_waited_for_and_never_an_error_for_the_guest()
    {
        var words = CommandLine.For(Config);
        var nodes = Values(words, "-blockdev").Select(w => JsonDocument.Parse(w).RootElement).ToArray();
        Assert.Equal(["virtio0:0", "virtio0:1"], nodes.Select(n => n.GetProperty("export").GetString()!));
        Assert.All(nodes, n =>
        {
            Assert.Equal("/run/lorica/a,b/nbd.sock", n.GetProperty("server").GetProperty("path").GetString());
            Assert.Equal(300, n.GetProperty("reconnect-delay").GetInt32());
            Assert.Equal(20, n.GetProperty("open-timeout").GetInt32());
            Assert.Equal("unmap", n.GetProperty("discard").GetString());
        });
        Assert.Equal(
            ["virtio-blk-pci,id=disk0,drive=node0,bootindex=1,werror=stop,rerror=stop",
                "virtio-blk-pci,id=disk1,drive=node1,bootindex=2,werror=stop,rerror=stop"],
            Values(words, "-device").Where(w => w.StartsWith("virtio-blk", StringComparison.Ordinal)));
    }

    [Fact]
    public void Nothing_is_read_from_outside_and_nothing_may_be_started()
    {
        var words = CommandLine.For(Config);
        foreach (string word in new[] { "-no-user-config", "-nodefaults", "-S" })
            Assert.Contains(word, words);
        Assert.Equal(["on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"], Values(words, "-sandbox"));
        Assert.Equal(["none"], Values(words, "-display"));
        Assert.Equal(["none"], Values(words, "-monitor"));
    }

    [Theory]
    [InlineData(VmxAccelerator.Emulation, "q35,accel=tcg,graphics=off", "max")]
    [InlineData(VmxAccelerator.Kvm, "q35,accel=kvm,graphics=off", "host")]
    [InlineData(VmxAccelerator.KvmWithoutArchCapabilities, "q35,accel=kvm,graphics=off", "host,-arch-capabilities")]
    public void The_accelerator_is_the_one_that_the_host_found(VmxAccelerator accelerator, string machine, string processor)
    {
        var config = new VmxConfig(Config) { Accelerator = accelerator };
        foreach (var words in new[] { CommandLine.For(config), CommandLine.ForTrial(accelerator, "/run/lorica/boot.img") })
        {
            Assert.Equal([machine], Values(words, "-machine"));
            Assert.Equal([processor], Values(words, "-cpu"));
        }
    }

    [Fact]
    public void A_trial_has_the_sandbox_of_a_guest() => Assert.Equal(
        Values(CommandLine.For(Config), "-sandbox"), Values(CommandLine.ForTrial(VmxAccelerator.Kvm, "/boot.img"), "-sandbox"));

    [Fact]
    public void A_comma_in_a_path_is_no_separator() => Assert.Contains(
        "socket,id=qmp,path=/run/lorica/a,,b/qmp.sock,server=on,wait=off", Values(CommandLine.For(Config), "-chardev"));

    private static IEnumerable<string> Values(IReadOnlyList<string> words, string name) =>
        words.Select((w, i) => (w, i)).Where(p => p.w == name).Select(p => words[p.i + 1]);
}
