using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Service;

namespace Lorica.Host.Power;

/// <summary>A new vmx for a guest that lost its own.</summary>
internal sealed partial class VmSupervisor
{
    /// <summary>Starts a vmx that attaches to the running QEMU. False when QEMU ends before that works.</summary>
    private async Task<bool> RestartAsync(int attempt, CancellationToken stopping)
    {
        var pause = attempt <= 1
            ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, attempt - 2), LongestPause.TotalMilliseconds));
        while (true)
        {
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, time, stopping);
            if (running.State.Qemu?.IsAlive() != true)
                return false;
            var arrival = keys.NextArrival;
            try
            {
                await LaunchAgainAsync(stopping);
                events.VmChanged(running.Id, PowerState.On, VmChange.VmxRestarted);
                return true;
            }
            catch (Exception e) when (FaultMap.Find(e, running.Registration.DisplayPath) is { } fault)
            {
                log.VmxRestartFailed(running.Id, fault.Message);
                if (fault.Key == "lorica.staleEpoch")
                {
                    // Another host has taken the VM over. This guest has no disks any more and never gets them back.
                    running.State.Qemu?.SendKill();
                    return false;
                }

                if (fault.Key == "msg.vigor.enc.keyNotFound")
                {
                    // After a restart of the host: the guest waits for its disks until the center has delivered the key.
                    await WaitForKeyOrEndAsync(arrival, stopping);
                    pause = TimeSpan.Zero;
                }
                else
                {
                    pause = pause == TimeSpan.Zero
                        ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
                }
            }
        }
    }

    private async Task LaunchAgainAsync(CancellationToken stopping)
    {
        // A recrypt may be changing the files this very moment.
        using (await entry.EnterFilesAsync(stopping))
        {
            using var home = table.OpenHome(running.Registration);
            await using var vmLock = await table.LockAsync(home, stopping);
            using var lease = keys.Lease(pin: true);
            using var vm = OpenedVm.Open(home, running.State.Facts.Expect(home), lease);
            running.State.Facts.Require(vm, running.Registration.DisplayPath);
            running.Nbd ??= launcher.ListenNbd(running.Id, running.Registration.Uid);
            var witnesses = DiskWitnesses.Of(vm.Disks.Select(d => (d.Disk.Label, d.Opened.Links[0].Extent)));
            running.Witnesses?.Dispose();
            running.Witnesses = witnesses;
            var (offset, data, _) = running.Console.Read(0, ConsoleRing.Capacity);
            running.Take(launcher.Launch(
                new VmxLaunch
                {
                    Vm = vm.Home.Model, Uid = running.Registration.Uid, VmLock = vmLock, Disks = vm.Disks,
                    Nbd = running.Nbd, Adopt = true, Console = (offset, data), Facts = running.State.Facts,
                },
                running.State.Qemu));
        }
    }

    private async Task WaitForKeyOrEndAsync(Task arrival, CancellationToken stopping)
    {
        while (!arrival.IsCompleted && running.State.Qemu?.IsAlive() == true)
            await Task.WhenAny(arrival, Task.Delay(TimeSpan.FromSeconds(1), time, stopping));
        stopping.ThrowIfCancellationRequested();
    }
}
