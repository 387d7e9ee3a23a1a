using System.Globalization;

namespace Lorica.SystemTests.Support;

/// <summary>The processes of one Lorica, found by what they run on.</summary>
internal sealed record Processes(int Pid, string Name)
{
    /// <summary>Those whose command line names the state folder, and every vmx and QEMU of its run folder.</summary>
    public static IReadOnlyList<Processes> OfState(string state)
    {
        string run = RunFolder(state);
        var found = new List<Processes>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                || pid == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                string line = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
                string name = Path.GetFileName(line.Split(' ')[0]);
                bool mine = line.Contains(state, StringComparison.Ordinal)
                    || (run.Length > 0 && line.Contains(run, StringComparison.Ordinal))
                    || (name == "lorica-vmx" && run.Length > 0 && Opens(folder, run));
                if (mine)
                    found.Add(new Processes(pid, name.StartsWith("qemu-system", StringComparison.Ordinal) ? "qemu" : name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return found;
    }

    public void Kill()
    {
        try
        {
            System.Diagnostics.Process.GetProcessById(Pid).Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    /// <summary>Where its vmx and QEMU have their sockets.</summary>
    public static string RunFolder(string state)
    {
        string config = Path.Combine(state, "host/config.json");
        return File.Exists(config)
            ? System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(config))!["runFolder"]!.GetValue<string>()
            : "";
    }

    private static bool Opens(string folder, string run)
    {
        // A vmx holds the lock file and the extent of its VM, and sockets bound below the run folder.
        var sockets = File.ReadAllLines("/proc/net/unix").Where(l => l.Contains(run, StringComparison.Ordinal))
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[6]).ToHashSet(StringComparer.Ordinal);
        return Directory.EnumerateFiles(Path.Combine(folder, "fd"))
            .Select(f => new FileInfo(f).LinkTarget ?? "")
            .Any(t => t.StartsWith("socket:[", StringComparison.Ordinal) && sockets.Contains(t[8..^1]));
    }
}
