using System.Net.Sockets;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.Nbd;
using Lorica.Vmx.Consoles;
using Lorica.Vmx.Control;
using Lorica.Vmx.Deliveries;
using Lorica.Vmx.Guest;
using Lorica.Vmx.Native;
using Lorica.Vmx.Qemu;
using Lorica.Vmx.Serving;

namespace Lorica.Vmx;

/// <summary>
/// One powered-on machine, from the configuration to the end:
/// <list type="number">
/// <item>disks open, NBD and control sockets served;</item>
/// <item>QEMU started, or the running one adopted;</item>
/// <item>the guest supervised until QEMU ends;</item>
/// <item>disks flushed, the end published, the host given time to collect it;</item>
/// <item>everything closed.</item>
/// </list>
/// A stop of this process (SIGTERM) skips 4 and leaves QEMU alone: only the host's power-off ends a guest.
/// </summary>
internal sealed class VirtualMachine(VmxConfig config, TimeProvider time)
{
    private static readonly TimeSpan CollectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterCollected = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly StatusBoard _board = new(time);
    private readonly ConsoleRing _ring = new(config.ConsoleOffset, config.Console.Span);

    /// <summary>Runs to the end. The secrets are this method's to dispose.</summary>
    public async Task RunAsync(SecretSet secrets, CancellationToken stop)
    {
        // Step 1
        await using var disks = await DiskSet.OpenAsync(config, secrets, time);
        using var control = Listening(config.ControlFd, "the control socket");
        using var nbd = Listening(config.NbdFd, "the NBD socket");
        using var serving = new CancellationTokenSource();
        var guest = new GuestSupervisor(_board, InFolder(Sockets.Qmp), time);
        using var serial = new SerialLine(InFolder(Sockets.Serial), _ring, time);
        using var held = new HeldDelivery(
            config.Exports.SelectMany(e => e.Links).Select(l => l.Secret).ToHashSet(StringComparer.Ordinal));
        var requests = new ControlRequests(
            config.VmId, _board, guest, _ring, serial, disks.Exports, held, time, () => disks.FlushFailed);
        var controlTask = new ControlServer(requests, peer => peer.Uid == 0).RunAsync(control, serving.Token);
        var nbdTask = Server(disks, guest).RunAsync(nbd, serving.Token);
        using var lineEnd = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var lost = disks.Lease?.Lost ?? CancellationToken.None;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, lost);
        var watching = EndWithAsync(controlTask, nbdTask, ending);
        var line = Task.CompletedTask;
        try
        {
            // Step 2
            using var qemu = await QemuAsync(guest, requests, ending.Token);
            if (qemu is not null)
            {
                line = serial.RunAsync(lineEnd.Token);

                // Step 3
                await guest.RunAsync(qemu, serial.Connected, () => EndAsync(disks, serial, line), ending.Token);
            }

            // Step 4
            _ring.Close();
            await CollectedAsync(requests, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            Log.Write(config.VmId, stop.IsCancellationRequested
                ? "stops; the guest is left alone"
                : lost.IsCancellationRequested
                ? $"does no more I/O: {disks.Lease!.Reason}"
                : "cannot serve any more; the guest is left to the next vmx");
        }
        finally
        {
            // Step 5
            await lineEnd.CancelAsync();
            await serving.CancelAsync();
            await line;
            await controlTask;
            await nbdTask;
            await watching;
        }
    }

    // A vmx that does not serve is worse than none: nobody would replace it.
    private static async Task EndWithAsync(Task control, Task nbd, CancellationTokenSource ending)
    {
        await Task.WhenAny(control, nbd);
        await ending.CancelAsync();
    }

    private NbdServer Server(DiskSet disks, GuestSupervisor guest)
    {
        var options = new NbdServerOptions
        {
            PeerFilter = peer => peer.Uid == config.Uid || peer.Uid == 0,
            OnDeviceError = (export, error) =>
            {
                Log.Write(config.VmId, $"disk {export.Name}: {error.Message}");
                guest.DeviceFailed($"Disk {export.Name}: {error.Message}");
            },
            OnConnectionError = error => Log.Write(config.VmId, error.Message),
            Time = time,
        };
        return new NbdServer(options, disks.Exports);
    }

    private async Task<QemuProcess?> QemuAsync(GuestSupervisor guest, ControlRequests requests, CancellationToken stop)
    {
        try
        {
            if (config.Adopt)
                return await AdoptAsync(guest, stop);
            if (Firmwares.Parse(config.Firmware) == Firmware.Uefi)
            {
                throw new VmxException(
                    VmxErrorKind.NotSupported, "UEFI firmware is not supported yet: its variables could not be kept sealed.");
            }

            // Left by an earlier run; QEMU replaces its sockets itself.
            File.Delete(InFolder(Sockets.PidFile));
            var qemu = QemuProcess.Start(config.Qemu, CommandLine.For(config), CommandLine.Environment);
            await File.WriteAllTextAsync(InFolder(Sockets.PidFile), $"{qemu.Pid}\n", stop);
            return qemu;
        }
        catch (Exception e) when (e is VmxException or IOException or UnauthorizedAccessException)
        {
            Log.Write(config.VmId, e.Message);
            requests.Fault = new Fault(
                e is VmxException { Kind: VmxErrorKind.NotSupported } ? FaultTypes.NotSupported : FaultTypes.SystemError,
                "lorica.qemuStart", config.VmId, e.Message);
            guest.FailToStart(e.Message);
            return null;
        }
    }

    private async Task<QemuProcess?> AdoptAsync(GuestSupervisor guest, CancellationToken stop)
    {
        try
        {
            // Who listens on the socket is the QEMU to follow; a file could name a number that was reused.
            int pid = await QemuFinder.FindAsync(InFolder(Sockets.Qmp), time, stop);
            if (QemuProcess.Adopt(pid) is { } qemu)
                return qemu;
        }
        catch (VmxException)
        {
            // Nobody listens: it has ended.
        }

        guest.FailToStart("QEMU ended while no vmx followed it.");
        return null;
    }

    private async Task EndAsync(DiskSet disks, SerialLine serial, Task line)
    {
        serial.End();
        await Task.WhenAny(line, Task.Delay(LastWords, time));
        foreach (string failure in await disks.FlushAsync())
            Log.Write(config.VmId, failure);
        if (disks.Lease is { } lease)
            await lease.ReleaseAsync();
    }

    private async Task CollectedAsync(ControlRequests requests, CancellationToken stop)
    {
        try
        {
            await requests.Collected.WaitAsync(CollectLimit, time, stop);

            // Others may be about to ask for the same.
            await Task.Delay(AfterCollected, time, stop);
        }
        catch (TimeoutException)
        {
            Log.Write(config.VmId, "nobody asked how the guest ended");
        }
    }

    private string InFolder(string name) => Path.Combine(config.RunFolder, name);

    private static Socket Listening(int fd, string what)
    {
        Descriptors.Claim(fd, what);
        try
        {
            return new Socket(new SafeSocketHandle(fd, ownsHandle: true));
        }
        catch (SocketException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, $"{what}: descriptor {fd} is no socket.", e);
        }
    }
}
