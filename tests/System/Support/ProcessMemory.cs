using System.Globalization;

namespace Lorica.SystemTests.Support;

/// <summary>Reads the whole memory of a process, stacks too, and looks for secrets.</summary>
internal static class ProcessMemory
{
    /// <summary>
    /// Where secrets lie: one line each. Key memory itself is left out: secret pages cannot be read even by root; locked pages
    /// that are excluded from dumps (the other form of key memory) are told by the flags of their mapping.
    /// </summary>
    public static IReadOnlyList<string> Search(int pid, SecretPatterns secrets)
    {
        var found = new List<string>();
        var index = new PatternIndex(secrets.All);
        using var memory = File.OpenHandle($"/proc/{pid}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        long searched = 0;
        foreach (var mapping in Mappings(pid))
        {
            byte[] buffer = new byte[1024 * 1024 + 128];
            for (long address = mapping.Start; address < mapping.End; address += 1024 * 1024)
            {
                int want = (int)Math.Min(buffer.Length, mapping.End - address);
                int read;
                try
                {
                    read = RandomAccess.Read(memory, buffer.AsSpan(0, want), address);
                }
                catch (IOException)
                {
                    continue; // Secret or device memory.
                }

                searched += read;
                foreach (var (offset, name) in index.Find(buffer.AsSpan(0, read)))
                    found.Add($"{name} at {address + offset:x} in {mapping.Name}");
            }
        }

        Assert.True(searched > 4 * 1024 * 1024, $"only {searched} bytes of process {pid} could be read");
        return [.. found.Distinct()];
    }

    private static List<(long Start, long End, string Name)> Mappings(int pid)
    {
        var result = new List<(long, long, string)>();
        (long Start, long End, string Name)? current = null;
        bool readable = false;
        foreach (string line in File.ReadLines($"/proc/{pid}/smaps"))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts[0].Contains('-', StringComparison.Ordinal) && !parts[0].EndsWith(':'))
            {
                string[] range = parts[0].Split('-');
                readable = parts[1][0] == 'r' && !line.EndsWith("[vvar]", StringComparison.Ordinal)
                    && !line.EndsWith("[vsyscall]", StringComparison.Ordinal);
                current = (long.Parse(range[0], NumberStyles.HexNumber), ParseEnd(range[1]),
                    parts.Length > 5 ? parts[5] : "anonymous memory");
            }
            else if (parts[0] == "VmFlags:" && current is { } mapping && readable)
            {
                bool keyMemory = parts.Contains("lo") && parts.Contains("dd");
                if (!keyMemory)
                    result.Add(mapping);
            }
        }

        return result;
    }

    private static long ParseEnd(string text) =>
        text.Length >= 16 && text[0] is 'f' ? long.MaxValue : long.Parse(text, NumberStyles.HexNumber);
}
