using System.Globalization;

namespace Lorica.Disks.Descriptors;

/// <summary>An extent line: <c>access sectors TYPE ["file" [offset]]</c>.</summary>
/// <param name="Access"><c>RW</c>, <c>RDONLY</c> or <c>NOACCESS</c>.</param>
/// <param name="Sectors">Size in sectors.</param>
/// <param name="Type">Upper case: FLAT, VMFS, SPARSE, ZERO, …</param>
/// <param name="File">File name as written, or null.</param>
/// <param name="OffsetSectors">Where the extent starts in a flat file.</param>
internal sealed record ExtentLine(string Access, long Sectors, string Type, string? File, long OffsetSectors)
{
    /// <summary>64 TiB: more is refused everywhere.</summary>
    public const long MaxSectors = 64L << 31;

    /// <summary>Whether a line is meant to be an extent line.</summary>
    public static bool Looks(ReadOnlySpan<char> line) =>
        StartsWithWord(line, "RW") || StartsWithWord(line, "RDONLY") || StartsWithWord(line, "NOACCESS");

    /// <summary>Parses; null when it breaks the grammar or a number is out of range.</summary>
    public static ExtentLine? Parse(ReadOnlySpan<char> line) => Parse(line, mostMore: 0);

    /// <summary>
    /// The same for lines of others, which may end with up to two words more: partition and device of the disk that the file was
    /// copied from.
    /// </summary>
    public static ExtentLine? ParseForeign(ReadOnlySpan<char> line) => Parse(line, mostMore: 2);

    private static ExtentLine? Parse(ReadOnlySpan<char> line, int mostMore)
    {
        var access = NextWord(ref line);
        if (!TryNumber(NextWord(ref line), out long sectors) || sectors is 0 or > MaxSectors)
            return null;
        string type = NextWord(ref line).ToString().ToUpperInvariant();
        if (type.Length == 0)
            return null;
        if (line.IsEmpty)
            return new ExtentLine(access.ToString(), sectors, type, null, 0);

        if (line[0] != '"')
            return null;
        int close = line[1..].IndexOf('"');
        if (close <= 0)
            return null;
        string file = line.Slice(1, close).ToString();
        line = line[(close + 2)..].Trim();
        long offset = 0;
        if (!line.IsEmpty && (!TryNumber(NextWord(ref line), out offset) || offset > MaxSectors))
            return null;
        for (; !line.IsEmpty && mostMore > 0; mostMore--)
        {
            if (NextWord(ref line).Contains('"'))
                return null;
        }

        return line.IsEmpty ? new ExtentLine(access.ToString(), sectors, type, file, offset) : null;
    }

    private static bool StartsWithWord(ReadOnlySpan<char> line, ReadOnlySpan<char> word) =>
        line.Length > word.Length && line.StartsWith(word) && line[word.Length] is (' ' or '\t');

    private static ReadOnlySpan<char> NextWord(ref ReadOnlySpan<char> line)
    {
        line = line.TrimStart();
        int end = line.IndexOfAny(' ', '\t');
        if (end < 0)
            end = line.Length;
        var word = line[..end];
        line = line[end..].TrimStart();
        return word;
    }

    private static bool TryNumber(ReadOnlySpan<char> word, out long value) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
