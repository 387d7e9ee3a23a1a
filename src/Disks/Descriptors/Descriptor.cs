using System.Text;

namespace Lorica.Disks.Descriptors;

/// <summary>
/// A VMDK descriptor as an immutable list of lines. Reading is strict (UTF-8, no NUL, no key twice, at most 64 KiB) and lossless:
/// what was not changed is written back byte for byte.
/// </summary>
internal sealed class Descriptor
{
    /// <summary>Largest descriptor that is read or written.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly UTF8Encoding Utf8 = new(false, true);
    private readonly bool _endsWithNewLine;
    private readonly Dictionary<string, string> _values;

    private Descriptor(IReadOnlyList<DescriptorLine> lines, bool endsWithNewLine, Dictionary<string, string> values)
    {
        Lines = lines;
        _endsWithNewLine = endsWithNewLine;
        _values = values;
        Extents = lines.Where(l => l.Extent is not null).Select(l => l.Extent!).ToArray();
    }

    public IReadOnlyList<DescriptorLine> Lines { get; }

    public IReadOnlyList<ExtentLine> Extents { get; }

    /// <summary>The value of a key, compared without case; null when absent.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Whether the bytes begin like a descriptor.</summary>
    public static bool Looks(ReadOnlySpan<byte> start)
    {
        while (!start.IsEmpty)
        {
            int end = start.IndexOf((byte)'\n');
            var line = (end < 0 ? start : start[..end]).Trim(" \t\r"u8);
            if (!line.IsEmpty)
                return Ascii.EqualsIgnoreCase(line, "# Disk DescriptorFile"u8);
            start = end < 0 ? default : start[(end + 1)..];
        }

        return false;
    }

    /// <summary>Parses; <see cref="DiskErrorKind.Malformed"/> names the file and the line.</summary>
    public static Descriptor Parse(ReadOnlySpan<byte> bytes, string? path)
    {
        if (bytes.Length > MaxBytes)
            throw new DiskException(DiskErrorKind.TooLarge, $"The descriptor {path} is larger than 64 KiB.", path);
        if (!Looks(bytes))
            throw new DiskException(DiskErrorKind.NotADisk, $"{path} is not a disk descriptor.", path);

        bytes = DescriptorPadding.Trim(bytes);
        if (bytes.Contains((byte)0))
            throw Malformed("a zero byte", path, null);
        string text;
        try
        {
            text = Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("bytes that are not UTF-8", path, null);
        }

        bool endsWithNewLine = text.EndsWith('\n');
        string[] lines = (endsWithNewLine ? text[..^1] : text).Split('\n');
        var parsed = new DescriptorLine[lines.Length];
        for (int i = 0; i < lines.Length; i++)
            parsed[i] = ParseLine(lines[i]) ?? throw Malformed("a line that cannot be understood", path, i + 1);
        return Build(parsed, endsWithNewLine, path);
    }

    /// <summary>Makes a descriptor of these lines.</summary>
    public static Descriptor Of(IReadOnlyList<DescriptorLine> lines) => Build(lines, true, null);

    /// <summary>The same without the lines of these keys.</summary>
    public Descriptor Without(IReadOnlySet<string> keys) =>
        Build(Lines.Where(l => l.Key is null || !keys.Contains(l.Key)).ToArray(), _endsWithNewLine, null);

    /// <summary>The same with lines behind the one that has the key.</summary>
    public Descriptor InsertAfter(string key, params IReadOnlyList<DescriptorLine> lines)
    {
        int at = Lines.ToList().FindIndex(l => string.Equals(l.Key, key, StringComparison.OrdinalIgnoreCase));
        return Build([.. Lines.Take(at + 1), .. lines, .. Lines.Skip(at + 1)], _endsWithNewLine, null);
    }

    /// <summary>The same with lines at the end, which end with a line feed whether or not the last line did before.</summary>
    public Descriptor Append(params IReadOnlyList<DescriptorLine> lines) => Build([.. Lines, .. lines], true, null);

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => Utf8.GetBytes(string.Join('\n', Lines.Select(l => l.Text)) + (_endsWithNewLine ? "\n" : ""));

    /// <summary>Whether the last line ends with a line feed, as all of ours do.</summary>
    public bool EndsWithNewLine => _endsWithNewLine;

    private static Descriptor Build(IReadOnlyList<DescriptorLine> lines, bool endsWithNewLine, string? path)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines)
        {
            if (line.Key is { } key && !values.TryAdd(key, line.Value!))
                throw Malformed($"the key {key} twice", path, null);
        }

        return new Descriptor(lines, endsWithNewLine, values);
    }

    private static DescriptorLine? ParseLine(string text)
    {
        var line = text.AsSpan().Trim();
        if (line.IsEmpty || line[0] == '#')
            return DescriptorLine.Comment(text);
        if (ExtentLine.Looks(line))
            return ExtentLine.Parse(line) is { } extent ? new DescriptorLine(text, null, null, extent) : null;

        int equals = line.IndexOf('=');
        if (equals <= 0)
            return null;
        var key = line[..equals].TrimEnd();
        var value = line[(equals + 1)..].TrimStart();
        foreach (char c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or ':' or '-'))
                return null;
        }

        if (value.Length >= 2 && value[0] == '"' && value[^1] == '"')
            value = value[1..^1];
        return value.Contains('"') ? null : new DescriptorLine(text, key.ToString(), value.ToString(), null);
    }

    private static DiskException Malformed(string what, string? path, int? line) => new(
        DiskErrorKind.Malformed,
        $"The descriptor {path} holds {what}{(line is { } n ? $" (line {n})" : "")}.",
        path);
}
