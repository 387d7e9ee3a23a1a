using Lorica.Platform.Processes;


namespace Lorica.Cli.Up;

/// <summary>
/// One process that this state's parts ran in. A process id alone is soon somebody else's; the three together never are.
/// </summary>
/// <param name="Pid">Process id.</param>
/// <param name="Start">When it started, in clock ticks since boot: field 22 of <c>/proc/PID/stat</c>.</param>
/// <param name="Boot">The boot it belongs to.</param>
internal sealed record ChildRecord(int Pid, ulong Start, string Boot)
{
    /// <summary>The process <paramref name="pid"/> as it runs now; null when there is none, or only its remains.</summary>
    public static ChildRecord? Of(int pid) =>
        ProcessStart.Of(pid) is { } start ? new ChildRecord(pid, (ulong)start, ThisBoot()) : null;

    /// <summary>Whether that very process still runs.</summary>
    public bool Runs => Of(Pid) == this;

    private static string ThisBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
