using System.Diagnostics;
using System.Security.Cryptography;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Vmx.Tests.Hosting;

namespace Lorica.Vmx.Tests;

/// <summary>A real guest under a real QEMU; the test plays the host.</summary>
public sealed class MachineTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_guest_boots_from_an_encrypted_disk_and_shuts_down_by_the_button(bool byHostOfBefore)
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost { StartsLikeBefore = byHostOfBefore };
        string image = await GuestImage.CopyToAsync(host.Folder);
        byte[] key = RandomNumberGenerator.GetBytes(64);
        Encrypt(image, key);
        host.AddDisk(image, key);

        var vmx = host.Start();
        var running = await vmx.WaitForAsync("running");
        Assert.True(running.QemuPid > 0);
        long at = await vmx.SeeAsync("LORICA-GUEST ready");
        await vmx.TypeAsync("mark find-me-in-the-clear\n");
        await vmx.SeeAsync("LORICA-GUEST marked", at);
        await vmx.PowerOffAsync(hard: false);
        var (status, console) = await vmx.CollectAsync();

        Assert.Equal(("ended", "poweredOff", "The guest shut down."), (status.Guest, status.Ended, status.Detail));
        Assert.Contains("LORICA-GUEST poweroff", console, StringComparison.Ordinal);
        Assert.True(status.ReadBytes > 1 << 20 && status.WriteBytes > 1 << 20);

        // What it wrote is there, and only under the key.
        Assert.False(Contains(await File.ReadAllBytesAsync(image), "find-me-in-the-clear"u8));
        Decrypt(image, key);
        Assert.True(Contains(await File.ReadAllBytesAsync(image), "find-me-in-the-clear"u8));
        Assert.False(Running(status.QemuPid, host));
    }

    [Fact]
    public async Task A_vmx_killed_under_load_is_replaced_and_the_guest_goes_on()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        string image = await GuestImage.CopyToAsync(host.Folder);
        byte[] key = RandomNumberGenerator.GetBytes(64);
        Encrypt(image, key);
        host.AddDisk(image, key);

        var first = host.Start();
        long at = await first.SeeAsync("LORICA-GUEST ready");
        await first.TypeAsync("loadbg\n");
        var before = await BusyAsync(first, 4 << 20);
        first.Process.Kill();
        await first.ExitAsync();

        var second = host.Start(adopt: true, console: "before"u8, consoleOffset: at - 6);
        var status = await second.WaitForAsync("running");
        Assert.Equal(before.QemuPid, status.QemuPid);
        Assert.Equal(at, await second.SeeAsync("before"));
        await BusyAsync(second, 4 << 20);
        await second.TypeAsync("check\n");
        await second.SeeAsync("LORICA-GUEST data ok", at);
        await second.PowerOffAsync(hard: false);
        Assert.Equal("poweredOff", (await second.CollectAsync()).Status.Ended);
    }

    [Fact]
    public async Task A_vmx_that_is_asked_to_stop_leaves_the_guest_alone()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.AddDisk(await GuestImage.CopyToAsync(host.Folder));
        var first = host.Start();
        int pid = (await first.WaitForAsync("running")).QemuPid;
        Assert.True(Platform.Processes.Signals.Send(first.Process.Id, 15));
        Assert.Equal(0, await first.ExitAsync());
        Assert.True(Running(pid, host));

        var second = host.Start(adopt: true);
        Assert.Equal(pid, (await second.WaitForAsync("running")).QemuPid);
        await second.PowerOffAsync(hard: true);
        var (status, _) = await second.CollectAsync();
        Assert.Equal(("poweredOff", "Powered off."), (status.Ended, status.Detail));
        Assert.False(Running(pid, host));
    }

    [Fact]
    public async Task A_guest_that_ends_by_itself_is_told_apart()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.AddDisk(await GuestImage.CopyToAsync(host.Folder));
        var vmx = host.Start();
        await vmx.SeeAsync("LORICA-GUEST ready");
        await vmx.TypeAsync("poweroff\n");
        Assert.Equal("guestShutdown", (await vmx.CollectAsync()).Status.Ended);
    }

    [Fact]
    public async Task A_qemu_that_crashes_is_reported_with_its_signal()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        var vmx = host.Start();
        Assert.True(Platform.Processes.Signals.Send((await vmx.WaitForAsync("running")).QemuPid, 11));
        var (status, _) = await vmx.CollectAsync();
        Assert.Equal("failed", status.Ended);
        Assert.Contains("signal 11", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_qemu_that_refuses_its_arguments_is_reported_with_its_words()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.Config.MemoryMib = 3 << 20; // more than there is
        var (status, _) = await host.Start().CollectAsync();
        Assert.Equal("failed", status.Ended);
        Assert.Contains("memory", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_qemu_is_reported()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.Config.Qemu = "/nowhere/qemu";
        var vmx = host.Start();
        using (var client = vmx.Connect())
            Assert.Equal("lorica.qemuStart", (await WaitEndedAsync(client)).Fault.Key);
        var (status, _) = await vmx.CollectAsync();
        Assert.Contains("/nowhere/qemu does not start", status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uefi_is_not_supported_yet()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.Config.Firmware = "uefi";
        var vmx = host.Start();
        using var client = vmx.Connect();
        Assert.Equal("NotSupported", (await WaitEndedAsync(client)).Fault.Type);
    }

    [Fact]
    public async Task Adopting_a_guest_that_is_gone_ends_at_once()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        var (status, _) = await host.Start(adopt: true).CollectAsync();
        Assert.Equal(("failed", "QEMU ended while no vmx followed it."), (status.Ended, status.Detail));
    }

    [Fact]
    public async Task Qemu_runs_as_the_machines_user_with_nothing_of_the_hosts()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        string image = await GuestImage.CopyToAsync(host.Folder);
        byte[] key = RandomNumberGenerator.GetBytes(64);
        host.AddDisk(image, key);
        string secret = Path.Combine(host.Folder, "secret");
        await File.WriteAllTextAsync(secret, "x");
        using var foreign = File.OpenHandle(secret);
        host.AlsoInherited.Add(foreign);
        var vmx = host.Start();
        int qemu = (await vmx.WaitForAsync("running")).QemuPid;
        foreach (int pid in new[] { qemu, vmx.Process.Id })
        {
            string[] status = await File.ReadAllLinesAsync($"/proc/{pid}/status");
            Assert.Contains(status,
                l => l.StartsWith("Uid:", StringComparison.Ordinal) && l.Split('\t')[1..].All(u => u == TestHost.UidText));
            Assert.Contains(status,
                l => l.StartsWith("Gid:", StringComparison.Ordinal) && l.Split('\t')[1..].All(u => u == TestHost.UidText));
            Assert.Contains("NoNewPrivs:\t1", status);
            Assert.Contains("CapEff:\t0000000000000000", status);
        }

        Assert.Contains("Seccomp:\t2", await File.ReadAllLinesAsync($"/proc/{qemu}/status"));
        string[] open =
            Directory.GetFileSystemEntries($"/proc/{qemu}/fd").Select(f => new FileInfo(f).LinkTarget ?? "").ToArray();
        Assert.DoesNotContain(open, f => f.EndsWith("guest.img", StringComparison.Ordinal) || f == secret);
        foreach (string file in new[] { "cmdline", "environ" })
            Assert.False(Contains(await File.ReadAllBytesAsync($"/proc/{qemu}/{file}"), key.AsSpan(0, 16)));
        Assert.DoesNotContain("DOTNET", await File.ReadAllTextAsync($"/proc/{qemu}/environ"), StringComparison.Ordinal);

        // Its own session, so that no signal of a terminal reaches it; and nothing but sockets and the pid file on disk.
        Assert.Equal(qemu.ToString(), (await File.ReadAllTextAsync($"/proc/{qemu}/stat")).Split(')')[1].Split(' ')[4]);
        Assert.Equal(
            ["nbd.sock", "qemu.pid", "qmp.sock", "serial.sock"],
            Directory.GetFileSystemEntries(host.RunFolder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        await vmx.PowerOffAsync(hard: true);
        await vmx.CollectAsync();
    }

    [Fact]
    public async Task A_power_off_works_while_the_disks_server_hangs()
    {
        VmxProgram.SkipWithoutQemu();
        await using var host = new TestHost();
        host.AddDisk(await GuestImage.CopyToAsync(host.Folder));
        var first = host.Start();
        await first.SeeAsync("LORICA-GUEST ready");
        await first.TypeAsync("loadbg\n");
        int pid = (await BusyAsync(first, 1 << 20)).QemuPid;
        first.Process.Kill();
        await first.ExitAsync();
        var second = host.Start(adopt: true);
        await second.PowerOffAsync(hard: true);
        Assert.Equal("poweredOff", (await second.CollectAsync()).Status.Ended);
        Assert.False(Running(pid, host));
    }

    private static async Task<VmxStatus> BusyAsync(VmxInstance vmx, long bytes)
    {
        using var client = vmx.Connect();
        long start = (await client.AskAsync(new VmxRequest { Status = new VmxStatusRequest() })).Status.WriteBytes;
        var watch = Stopwatch.StartNew();
        VmxStatus status;
        do
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "The guest does not write.");
            status = (await client.AskAsync(new VmxRequest { Wait = new VmxWait { Seen = long.MaxValue, WaitMs = 20 } })).Status;
        }
        while (status.WriteBytes - start < bytes);
        return status;
    }

    private static async Task<VmxReply> WaitEndedAsync(ControlClient client)
    {
        VmxReply reply;
        do
            reply = await client.AskAsync(new VmxRequest { Wait = new VmxWait { Seen = 1, WaitMs = 5000 } });
        while (reply.Status.Guest != "ended");
        return reply;
    }

    private static bool Running(int pid, TestHost host)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(host.RunFolder, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool Contains(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text) => bytes.IndexOf(text) >= 0;

    private static void Encrypt(string file, byte[] key) =>
        Rewrite(file, key, (xts, data, sector) => xts.EncryptSectors(data, sector));

    private static void Decrypt(string file, byte[] key) =>
        Rewrite(file, key, (xts, data, sector) => xts.DecryptSectors(data, sector));

    private static void Rewrite(string file, byte[] key, Action<XtsAes256, byte[], ulong> change)
    {
        using var buffer = KeyBuffer.CopyOf(key);
        using var xts = new XtsAes256(buffer);
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        byte[] data = new byte[1 << 20];
        for (long at = 0; at < stream.Length; at += data.Length)
        {
            stream.Position = at;
            stream.ReadExactly(data);

            // The zero rule "hole": stored zeros are zeros.
            for (int s = 0; s < data.Length; s += 512)
            {
                byte[] sector = data.AsSpan(s, 512).ToArray();
                if (!ZeroBlocks.IsAllZero(sector))
                {
                    change(xts, sector, (ulong)(at + s) / 512);
                    sector.CopyTo(data, s);
                }
            }

            stream.Position = at;
            stream.Write(data);
        }
    }
}
