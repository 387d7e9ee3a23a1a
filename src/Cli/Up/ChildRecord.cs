using System.Globalization;

namespace Lorica.Cli.Up;

/// <summary>
/// One process that this state's parts ran in. A process id alone is soon somebody else's; the three together never are.
/// </summary>
/// <param name="Pid">Process id.</param>
/// <param name="Start">When it started, in clock ticks since boot: field 22 of <c>/proc/PID/stat</c>.</param>
/// <param name="Boot">The boot it belongs to.</param>
internal sealed record ChildRecord(int Pid, ulong Start, string Boot)
{
    private const int FieldState = 0;
    private const int FieldStart = 19;

    /// <summary>The process <paramref name="pid"/> as it runs now; null when there is none, or only its remains.</summary>
    public static ChildRecord? Of(int pid)
    {
        try
        {
            // "PID (NAME) STATE …": NAME may hold spaces and brackets.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[FieldState] is "Z" or "X"
                ? null
                : new ChildRecord(pid, ulong.Parse(fields[FieldStart], CultureInfo.InvariantCulture), ThisBoot());
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether that very process still runs.</summary>
    public bool Runs => Of(Pid) == this;

    private static string ThisBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
