using System.Security.Cryptography;
using Lorica.Host.Home;
using Lorica.Host.Refusals;

namespace Lorica.Host.Power;

/// <summary>The end of a run.</summary>
internal sealed partial class VmSupervisor
{
    private static readonly TimeSpan VmxLeaves = TimeSpan.FromSeconds(12);

    /// <summary>
    /// Steps: 1 nothing of the run is left running · 2 console kept · 3 sockets and run state removed (from here on a restarted
    /// host says powered off) · 4 said.
    /// </summary>
    private async Task FinishAsync(string why, CancellationToken stopping)
    {
        // Step 1: the vmx flushes the disks and leaves by itself; who does not leave is killed.
        var started = time.GetTimestamp();
        while (running.State.Vmx?.IsAlive() == true && time.GetElapsedTime(started) < VmxLeaves)
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, stopping);
        running.State.Vmx?.SendKill();
        running.State.Qemu?.SendKill();
        foreach (var process in ProcessId.OfVm(running.Registration.Uid, folders.OfVm(running.Id)))
            process.SendKill();

        // Step 2
        running.Console.Close();
        await KeepConsoleAsync(stopping);

        // Step 3
        running.Nbd?.Dispose();
        try
        {
            folders.Remove(running.Id);
        }
        catch (IOException e)
        {
            log.VmxRestartFailed(running.Id, e.Message);
        }

        // Step 4
        entry.Running = null;
        log.PoweredOff(running.Id, why);
        events.VmChanged(running.Id, PowerStates.Off, running.Stopping ? "poweredOff" : "guestEnded", why);
        running.End(why);
    }

    private async Task KeepConsoleAsync(CancellationToken ct)
    {
        var (_, console, _) = running.Console.Read(0, ConsoleRing.Capacity);
        try
        {
            using var home = table.OpenHome(running.Registration);
            using var lease = keys.Lease(pin: false);
            using var opened = home.Open(null, lease);
            await ConsoleFile.SaveAsync(home, opened.DataFileKey, console, ct);
        }
        catch (Exception e) when (FaultMap.Find(e, running.Registration.DisplayPath) is { } fault)
        {
            log.ConsoleLost(running.Id, fault.Message);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(console);
        }
    }
}
