namespace Lorica.SystemTests.Support;

/// <summary>Finds many patterns in one pass: a bitmap of their first two bytes, then the patterns with that start.</summary>
internal sealed class PatternIndex
{
    private readonly bool[] _starts = new bool[65_536];
    private readonly ILookup<ushort, (string Name, byte[] Bytes)> _patterns;

    public PatternIndex(IReadOnlyList<(string Name, byte[] Bytes)> patterns)
    {
        _patterns = patterns.ToLookup(p => Start(p.Bytes, 0));
        foreach (var group in _patterns)
            _starts[group.Key] = true;
    }

    public List<(int Offset, string Name)> Find(ReadOnlySpan<byte> data)
    {
        var found = new List<(int, string)>();
        for (var i = 0; i + 1 < data.Length; i++)
        {
            var start = Start(data, i);
            if (!_starts[start])
                continue;
            foreach (var (name, bytes) in _patterns[start])
            {
                if (data[i..].StartsWith(bytes))
                    found.Add((i, name));
            }
        }

        return found;
    }

    private static ushort Start(ReadOnlySpan<byte> data, int at) => (ushort)(data[at] | data[at + 1] << 8);
}
