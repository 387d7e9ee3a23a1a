using System.Globalization;
using Lorica.Platform.Processes;

namespace Lorica.Host.Power;

/// <summary>A process by number and start time (clock ticks since the machine's start).</summary>
internal sealed record ProcessId(int Pid, long Started)
{
    /// <summary>The process that has this number now, or null.</summary>
    public static ProcessId? Of(int pid) => pid > 0 && ProcessStart.Of(pid) is { } started ? new ProcessId(pid, started) : null;

    /// <summary>The process that has this number now if it runs under that user; null otherwise.</summary>
    public static ProcessId? Of(int pid, uint user) =>
        Of(pid) is { } process && UserOf(pid) == user && process.IsAlive() ? process : null;

    /// <summary>Whether it still runs.</summary>
    public bool IsAlive() => ProcessStart.Of(Pid) == Started;

    /// <summary>Kills it if it still runs.</summary>
    public void SendKill()
    {
        // The descriptor is taken first: from then on the number cannot pass to another process unseen.
        using var process = ProcessHandle.Open(Pid);
        if (process is not null && IsAlive())
            process.Signal(Signals.Kill);
    }

    /// <summary>
    /// Every process that runs under a user and whose command line names a folder: the guests of one VM. Both are compared, since
    /// two hosts on one machine may use the same range of uids.
    /// </summary>
    public static IEnumerable<ProcessId> OfVm(uint uid, string folder)
    {
        foreach (string path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && UserOf(pid) == uid && Names(pid, folder) && Of(pid) is { } process)
            {
                yield return process;
            }
        }
    }

    /// <summary>Whether any process runs under a user.</summary>
    public static bool AnyOf(uint uid) => Directory.EnumerateDirectories("/proc").Any(path =>
        int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && UserOf(pid) == uid);

    private static bool Names(int pid, string folder)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(folder + "/", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// Kills every process of a VM, and those that are known to be, and waits until none is left; false when some are after the
    /// limit.
    /// </summary>
    public static async Task<bool> EndAllAsync(
        uint uid, string folder, ProcessId?[] known, TimeSpan limit, TimeProvider time, CancellationToken ct)
    {
        long since = time.GetTimestamp();
        while (true)
        {
            bool any = false;
            foreach (var process in OfVm(uid, folder).Concat(known.OfType<ProcessId>().Where(p => p.IsAlive())))
            {
                any = true;
                process.SendKill();
            }

            if (!any)
                return true;
            if (time.GetElapsedTime(since) > limit)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, ct);
        }
    }

    private static uint? UserOf(int pid)
    {
        try
        {
            string? line =
                File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("Uid:", StringComparison.Ordinal));
            return line is null ? null : uint.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
