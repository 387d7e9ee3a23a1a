using Lorica.Contracts.Vmx;
using Lorica.Vmx.Tests.Hosting;

namespace Lorica.Vmx.Tests;

/// <summary>The doors of a vmx: who may come in, and what a visitor who talks nonsense can do.</summary>
public sealed class ControlTests
{
    [Fact]
    public async Task Nonsense_ends_its_own_connection_only()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        var vmx = host.Start();
        await vmx.WaitForAsync("running");
        using var good = vmx.Connect();
        foreach (byte[] nonsense in new byte[][] { [0xff, 0xff, 0xff, 0x7f], [1, 0, 16, 0], [4, 0, 0, 0, 0xff,
            0xff, 0xff, 0xff] })
        {
            using var bad = vmx.Connect();
            await bad.SendAsync(nonsense);
            Assert.True(await bad.IsClosedAsync());
        }

        Assert.Equal("InvalidArgument", (await good.AskAsync(new VmxRequest())).Fault.Type);
        Assert.Equal("running", (await good.AskAsync(new VmxRequest { Status = new VmxStatusRequest() })).Status.Guest);
        await vmx.PowerOffAsync(hard: true);
        await vmx.CollectAsync();
    }

    [Fact]
    public async Task Only_root_controls_and_only_the_machines_user_or_root_gets_its_disks()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        string file = Path.Combine(host.Folder, "disk");
        await File.WriteAllBytesAsync(file, new byte[1 << 20]);
        host.AddDisk(file);
        var vmx = host.Start();
        await vmx.WaitForAsync("running");

        // The folders alone would keep a stranger out; here they are opened to see that the peer check does too.
        File.SetUnixFileMode(host.RunFolder, (UnixFileMode)0x1ff);
        File.SetUnixFileMode(Path.GetDirectoryName(host.ControlPath)!, (UnixFileMode)0x1ff);
        File.SetUnixFileMode(host.NbdPath, (UnixFileMode)0x1ff);
        File.SetUnixFileMode(host.ControlPath, (UnixFileMode)0x1ff);
        Assert.Equal("", await HearAsync(host.NbdPath, "64299"));
        Assert.Equal("NBDMAGIC", await HearAsync(host.NbdPath, TestHost.UidText));
        Assert.Equal("NBDMAGIC", await HearAsync(host.NbdPath, "0"));
        Assert.Equal("", await HearAsync(host.ControlPath, TestHost.UidText, send: true));
        Assert.NotEqual("", await HearAsync(host.ControlPath, "0", send: true));
        await vmx.PowerOffAsync(hard: true);
        await vmx.CollectAsync();
    }

    [Fact]
    public async Task The_end_is_kept_for_a_while_for_the_host_to_collect()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.Config.Qemu = "/nowhere";
        var vmx = host.Start();
        using (var client = vmx.Connect())
        {
            VmxStatus status;
            do
                status = (await client.AskAsync(new VmxRequest { Wait = new VmxWait { Seen = 1, WaitMs = 1000 } })).Status;
            while (status.Guest != "ended");

            // Nothing comes after the end, so this is answered by a vmx that has stayed for a second of its own.
            Assert.Equal("ended", (await client.AskAsync(
                new VmxRequest { Wait = new VmxWait { Seen = status.Version, WaitMs = 1000 } })).Status.Guest);
        }

        // Who lost the connection comes again and is told the same.
        using (var again = vmx.Connect())
            Assert.Equal("ended", (await again.AskAsync(new VmxRequest { Status = new VmxStatusRequest() })).Status.Guest);

        // Nobody collects: it leaves by itself, as if all were well.
        Assert.Equal(0, await vmx.ExitAsync());
    }

    // The first eight bytes that a process of that user hears at the socket; empty when it is cut off.
    private static async Task<string> HearAsync(string path, string uid, bool send = false)
    {
        const string script = """
            import os,socket,sys
            u=int(sys.argv[2]); os.setgroups([]); os.setresgid(u,u,u); os.setresuid(u,u,u)
            s=socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(sys.argv[1])
            try:
                if sys.argv[3]=="True": s.sendall(bytes([2,0,0,0,10,0]))
                sys.stdout.write(s.recv(8).decode("latin1"))
            except OSError: pass
            """;
        return await Tool.OutputAsync("python3", "-c", script, path, uid, send.ToString());
    }
}
