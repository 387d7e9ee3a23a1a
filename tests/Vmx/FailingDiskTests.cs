using Lorica.Contracts.Vmx;
using Lorica.Nbd;
using Lorica.Vmx.Tests.Hosting;

namespace Lorica.Vmx.Tests;

/// <summary>A real vmx on storage that loses what it had acknowledged.</summary>
public sealed class FailingDiskTests
{
    private const int Length = 1 << 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_write_is_noted_in_the_run_folder_when_the_guest_is_told_and_the_disk_stays_failed(bool durable)
    {
        VmxProgram.SkipWithoutQemu();
        using var storage = new FailingStorage(Length);
        await using var host = new TestHost();
        host.AddDisk(storage.Path);
        string note = Path.Combine(host.RunFolder, VmxFiles.FlushFailed);
        var vmx = host.Start();
        await vmx.WaitForAsync("running");
        await using var guest = await NbdClient.ConnectAsync(host.NbdPath);
        await guest.WriteAsync(0, new byte[4096]);
        await guest.FlushAsync();
        Assert.False(File.Exists(note));

        // Acknowledged, and lost when the kernel writes back, which another program's sync makes it do.
        await guest.WriteAsync(4096, "acknowledged"u8.ToArray().Concat(new byte[500]).ToArray());
        storage.WritesFailWith = FailingStorage.NoSpace;
        Assert.False(storage.SyncByAnother());
        storage.WritesFailWith = 0;
        await Assert.ThrowsAsync<NbdException>(async () => await (durable
            ? guest.WriteAsync(65536, new byte[512], durable: true)
            : guest.FlushAsync()));
        Assert.True(File.Exists(note));
        await Assert.ThrowsAsync<NbdException>(async () => await guest.FlushAsync());
        await Assert.ThrowsAsync<NbdException>(async () => await guest.WriteAsync(0, new byte[512]));
        using var control = vmx.Connect();
        Assert.True((await control.AskAsync(new VmxRequest { Status = new VmxStatusRequest() })).Status.FlushFailed);
    }
}
