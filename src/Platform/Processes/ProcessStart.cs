using System.Globalization;

namespace Lorica.Platform.Processes;

/// <summary>When a process started: with its number it means one process as long as the machine runs.</summary>
public static class ProcessStart
{
    private const int State = 0;
    private const int Start = 19;

    /// <summary>
    /// Field 22 of <c>/proc/PID/stat</c>, in clock ticks since the machine's start; null when there is no such process, or only
    /// its remains.
    /// </summary>
    public static long? Of(int pid)
    {
        try
        {
            // "PID (NAME) STATE …": NAME may hold spaces and brackets, so what counts starts behind the last one.
            string text = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[State] is "Z" or "X" ? null : long.Parse(fields[Start], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
