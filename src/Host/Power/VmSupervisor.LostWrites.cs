using Lorica.Host.Home;
using Lorica.Host.Service;

namespace Lorica.Host.Power;

/// <summary>
/// Writes that the guest was told are done, and that the kernel lost when it wrote them back. Whoever met it first says so: the
/// vmx by its status; a vmx that died before by the note in its run folder; and when it died between its system call and that
/// note, the witnesses, which the kernel tells too. From then on no other vmx serves this guest.
/// </summary>
internal sealed partial class VmSupervisor
{
    private static readonly TimeSpan KilledWithin = TimeSpan.FromSeconds(10);

    /// <summary>Says it, to the log and to whoever watches.</summary>
    public static void SayWritesLost(Guid vm, string detail, HostLog log, HostEvents events)
    {
        log.FlushFailed(vm, detail);
        events.VmChanged(vm, PowerState.On, VmChange.WritesLost,
            $"A disk failed to make acknowledged writes durable: {detail}");
    }

    private void WritesLost(string detail)
    {
        if (running.State.FlushFailed)
            return;
        running.Change(s => s with { FlushFailed = true });
        SayWritesLost(running.Id, detail, log, events);
    }

    /// <summary>The vmx has gone: what it may not have said.</summary>
    private async Task LookForLostWritesAsync(CancellationToken stopping)
    {
        if (running.State.FlushFailed)
            return;
        if (folders.HasFailureNote(running.Id))
            WritesLost("its vmx left a note");
        else if (running.Witnesses is { } witnesses && await Task.Run(witnesses.Ask, stopping).WaitAsync(stopping) is { } lost)
            WritesLost(lost);
    }

    // A process that was killed may still be writing.
    private async Task GoneAsync(ProcessId? process, CancellationToken stopping)
    {
        long since = time.GetTimestamp();
        while (process?.IsAlive() == true && time.GetElapsedTime(since) < KilledWithin)
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, stopping);
    }
}
