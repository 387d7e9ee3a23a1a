using System.Globalization;
using System.Runtime.InteropServices;

namespace Lorica.Crypto.Tests;

/// <summary>Searches all readable memory of a process for byte patterns.</summary>
internal sealed class MemoryScan
{
    private const int Probe = 8;
    private readonly Dictionary<ulong, List<(string Name, byte[] Bytes)>> _patterns = [];
    private readonly bool[] _bloom = new bool[1 << 16];

    /// <summary>Bytes of all regions that could be read in the last run.</summary>
    public long Read { get; private set; }

    public void Add(string name, ReadOnlySpan<byte> pattern)
    {
        ulong key = MemoryMarshal.Read<ulong>(pattern);
        _bloom[Hash(key)] = true;
        if (!_patterns.TryGetValue(key, out var list))
        {
            _patterns[key] = list = [];
        }

        list.Add((name, pattern.ToArray()));
    }

    /// <summary>Every hit as "name at region".</summary>
    public List<(string Name, long Address, string Region)> Run(int pid)
    {
        var hits = new List<(string, long, string)>();
        Read = 0;
        using var memory = new FileStream($"/proc/{pid}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        byte[] buffer = new byte[(1 << 20) + 256];
        foreach (string line in File.ReadAllLines($"/proc/{pid}/maps"))
        {
            string[] parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            string[] range = parts[0].Split('-');
            if (parts[1][0] != 'r' || line.Contains("[vsyscall]", StringComparison.Ordinal))
            {
                continue;
            }

            long start = long.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            long end = long.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            Region(memory, start, end, parts.Length > 5 ? parts[5] : "anonymous", buffer, hits);
        }

        return hits;
    }

    private void Region(FileStream memory, long start, long end, string name, byte[] buffer, List<(string, long, string)> hits)
    {
        // Windows overlap, so that a pattern across two of them is found.
        for (long at = start; at < end; at += 1 << 20)
        {
            int wanted = (int)Math.Min(buffer.Length, end - at);
            int got;
            try
            {
                got = RandomAccess.Read(memory.SafeFileHandle, buffer.AsSpan(0, wanted), at);
            }
            catch (IOException)
            {
                // Secret memory, or gone meanwhile.
                return;
            }

            Read += Math.Min(got, 1 << 20);
            Search(buffer.AsSpan(0, got), at, name, hits);
        }
    }

    private void Search(ReadOnlySpan<byte> data, long at, string region, List<(string, long, string)> hits)
    {
        for (int i = 0; i + Probe <= data.Length; i++)
        {
            ulong value = MemoryMarshal.Read<ulong>(data[i..]);
            if (!_bloom[Hash(value)] || !_patterns.TryGetValue(value, out var list))
            {
                continue;
            }

            foreach (var (name, bytes) in list)
            {
                if (data[i..].StartsWith(bytes))
                {
                    hits.Add((name, at + i, region));
                }
            }
        }
    }

    private static int Hash(ulong value) => (int)((value * 0x9e37_79b9_7f4a_7c15) >> 48);
}
