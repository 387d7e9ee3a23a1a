using System.Security.Cryptography;
using Lorica.Contracts.Faults;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Service;

namespace Lorica.Host.Power;

/// <summary>The end of a run.</summary>
internal sealed partial class VmSupervisor
{
    private static readonly TimeSpan VmxLeaves = TimeSpan.FromSeconds(12);

    // A process that was killed is gone before the last of its threads has let go of its files.
    private static readonly TimeSpan LockLeaves = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Steps: 1 nothing of the run is left running · 2 console kept, under the lock; then the lock file says that nobody holds
    /// it, which a vmx that was killed could not · 3 sockets and run state removed (from here on a restarted
    /// host says powered off) · 4 said.
    /// </summary>
    private async Task FinishAsync(string why, CancellationToken stopping)
    {
        bool ended = true;
        try
        {
            // Step 1: the vmx flushes the disks and leaves by itself; who does not leave is killed.
            long started = time.GetTimestamp();
            while (running.State.Vmx?.IsAlive() == true && time.GetElapsedTime(started) < VmxLeaves)
                await Task.Delay(Look, time, stopping);
            ProcessId?[] known = [running.State.Vmx, running.State.Qemu];
            bool left = !await ProcessId.EndAllAsync(
                running.Registration.Uid, folders.OfVm(running.Id), known, VmxLeaves, time, stopping);

            if (!left)
                await LookForLostWritesAsync(stopping);

            // Step 2
            running.Console.Close();
            await KeepConsoleAsync(stopping);

            // Step 3
            running.Nbd?.Dispose();
            running.Witnesses?.Dispose();
            if (left)
                log.RunNotRemoved(running.Id, "a process of it does not end");
            else
                folders.Remove(running.Id);
        }
        catch (IOException e)
        {
            log.RunNotRemoved(running.Id, e.Message);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The next start of the host finds the run as it is and ends it.
            ended = false;
            throw;
        }
        finally
        {
            // Step 4, whatever went wrong before: nobody is left waiting for a VM that has ended.
            if (ended)
                SayEnded(why);
        }
    }

    private void SayEnded(string why)
    {
        entry.Running = null;
        log.PoweredOff(running.Id, why);
        events.VmChanged(running.Id, PowerState.Off, running.Stopping ? VmChange.PoweredOff : VmChange.GuestEnded, why);
        running.End(why);
    }

    private async Task KeepConsoleAsync(CancellationToken ct)
    {
        var (_, console, _) = running.Console.Read(0, ConsoleRing.Capacity);
        try
        {
            using var home = table.OpenHome(running.Registration);
            await using var held = await LockAsync(home, ct);
            using var lease = keys.Lease(pin: false);
            var facts = running.State.Facts;

            // A VM that was started encrypted stays so: its console is never written plain, whatever its files have become.
            using var opened = home.Open(facts.Expect(home).Find(running.Id), lease);
            if (opened.Model.Encrypted != facts.Encrypted)
            {
                throw Refuse.Tampered("differsFromRecord", running.Registration.DisplayPath,
                    "Its home is not what it was when the VM was powered on.");
            }

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

    /// <summary>
    /// The lock, which nobody but this VM's run has had; a vmx that does not end has it still. Files that another host uses by
    /// now are not this one's to change.
    /// </summary>
    private async Task<VmLock?> LockAsync(VmHome home, CancellationToken ct)
    {
        if (running.State.Vmx?.IsAlive() == true)
        {
            home.ChangeUnder(new VmxRight(running, home, table));
            return null;
        }

        long started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return table.LockOwn(home) ?? throw Refuse.LockLost(
                    running.Registration.DisplayPath, "its lock file says that another host, or a newer operation, has the VM");
            }
            catch (FaultException e) when (e.Fault.Key == Refuse.VmLockedKey && time.GetElapsedTime(started) < LockLeaves)
            {
                await Task.Delay(Look, time, ct);
            }
        }
    }
}
