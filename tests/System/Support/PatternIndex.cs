using System.Buffers.Binary;

namespace Lorica.SystemTests.Support;

/// <summary>Finds many patterns in one pass: a bitmap of their first two bytes, then the patterns with that start.</summary>
internal sealed class PatternIndex
{
    private readonly bool[] _starts = new bool[65_536];
    private readonly Dictionary<uint, (string Name, byte[] Bytes)[]> _patterns;

    public PatternIndex(IReadOnlyList<(string Name, byte[] Bytes)> patterns)
    {
        _patterns = patterns.GroupBy(p => BinaryPrimitives.ReadUInt32LittleEndian(p.Bytes))
            .ToDictionary(g => g.Key, g => g.ToArray());
        foreach (uint key in _patterns.Keys)
            _starts[(ushort)key] = true;
    }

    public List<(int Offset, string Name)> Find(ReadOnlySpan<byte> data)
    {
        var found = new List<(int, string)>();
        for (int i = 0; i + 4 <= data.Length; i++)
        {
            if (!_starts[Start(data, i)]
                || !_patterns.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(data[i..]), out var candidates))
            {
                continue;
            }

            foreach (var (name, bytes) in candidates)
            {
                if (data[i..].StartsWith(bytes))
                    found.Add((i, name));
            }
        }

        return found;
    }

    private static ushort Start(ReadOnlySpan<byte> data, int at) => (ushort)(data[at] | data[at + 1] << 8);
}
