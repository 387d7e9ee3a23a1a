using System.Runtime.InteropServices;
using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Platform.Sockets;
using Lorica.Vmx.Tests.Hosting;

namespace Lorica.Vmx.Tests;

/// <summary>What a host hands over at the start, and that anything else starts nothing.</summary>
public sealed class StartTests
{
    public static TheoryData<string> Malformed =>
    [
        "nothing", "no message", "too long", "too few descriptors", "too many descriptors", "no pipe", "key cut", "key too long",
        "keys left over", "one name twice", "no configuration", "no configuration's message", "key of nobody", "key for nothing",
        "a name that is none", "more than a start",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_start_is_refused_before_anything_starts(string what)
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        var vmx = host.StartOver(socket => Say(what, host, socket));
        Assert.Equal(2, await vmx.ExitAsync());
        Assert.StartsWith("lorica-vmx", await vmx.ErrorsAsync(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(host.RunFolder, "qemu.pid")));
    }

    [Fact]
    public async Task A_kind_that_is_not_served_is_refused_by_its_name()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        string file = Path.Combine(host.Folder, "disk");
        await File.WriteAllBytesAsync(file, new byte[1 << 20]);
        host.AddDisk(file);
        host.Config.Exports[0].Kind = VmxExportKind.Swap;
        var vmx = host.Start();
        Assert.Equal(2, await vmx.ExitAsync());
        Assert.Contains("virtio0:0 is of the kind Swap, which is not served", await vmx.ErrorsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_no_disk_names_is_refused()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        string file = Path.Combine(host.Folder, "disk");
        await File.WriteAllBytesAsync(file, new byte[1 << 20]);
        host.AddDisk(file, [.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
        host.Config.Exports[0].Links[0].Secret = "";
        var vmx = host.Start();
        Assert.Equal(2, await vmx.ExitAsync());
        Assert.Contains("a secret is for nothing", await vmx.ErrorsAsync(), StringComparison.Ordinal);
    }

    private static void Say(string what, TestHost host, DescriptorSocket socket)
    {
        switch (what)
        {
            case "nothing":
                break;
            case "no message":
                socket.Send([0xff, 0xff, 0xff]);
                break;
            case "too long":
                socket.Send(new byte[(64 << 10) + 1]);
                break;
            case "too few descriptors":
                Deliver(socket, new VmxDelivery { Descriptors = 2 }, null, socket);
                break;
            case "too many descriptors":
                Deliver(socket, new VmxDelivery { Descriptors = 1 }, null, socket, socket);
                break;
            case "no pipe":
                Deliver(socket, new VmxDelivery { Secrets = { Secret("d/0", 64) } }, null);
                break;
            case "key cut":
                Deliver(socket, new VmxDelivery { Secrets = { Secret("d/0", 64) } }, new byte[63]);
                break;
            case "key too long":
                Deliver(socket, new VmxDelivery { Secrets = { Secret("d/0", 257) } }, new byte[257]);
                break;
            case "keys left over":
                Deliver(socket, new VmxDelivery { Secrets = { Secret("d/0", 64) } }, new byte[65]);
                break;
            case "one name twice":
                Deliver(socket, new VmxDelivery { Secrets = { Secret("d/0", 64), Secret("d/0", 64) } }, new byte[128]);
                break;
            case "a name that is none":
                Deliver(socket, new VmxDelivery { Secrets = { Secret("d", 64) } }, new byte[64]);
                break;
            case "no configuration":
                host.Deliver(socket);
                break;
            case "no configuration's message":
                host.Deliver(socket);
                socket.Send([0xff, 0xff, 0xff]);
                break;
            case "key of nobody":
                host.Config.Exports.Add(new VmxExport
                {
                    Label = "d", Length = 512,
                    Links = { new VmxLink { ExtentFd = 60, SyncFd = 61, ZeroRule = VmxZeroRule.Hole, Secret = "d/0" } },
                });
                socket.Send(host.Told(host.Deliver(socket)).ToByteArray());
                break;
            case "key for nothing":
                Deliver(socket, new VmxDelivery { Secrets = { Secret("d/0", 64) } }, new byte[64]);
                socket.Receive(1 << 16, out _);
                socket.Send(host.Config.ToByteArray());
                break;
            default:
                socket.Send(host.Told(host.Deliver(socket)).ToByteArray());
                socket.Send([]);
                break;
        }
    }

    private static VmxSecret Secret(string name, int length) => new() { Name = name, Length = length };

    private static void Deliver(DescriptorSocket socket, VmxDelivery message, byte[]? keys, params DescriptorSocket[] descriptors)
    {
        using var secrets = keys is null ? null : new SecretPipe(keys);
        socket.Send(
            message.ToByteArray(),
            [.. descriptors.Select(d => (SafeHandle)d.Handle), .. secrets is null ? [] : new[] { secrets.Reading }]);
    }
}
