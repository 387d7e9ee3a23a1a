using System.Text;

namespace Lorica.Host.Home;

/// <summary>
/// A VMX file as an ordered dictionary; immutable. Strict, since two readers that understand one file differently are an attack:
/// UTF-8 without a byte order mark, lines end with LF, no NUL or other control character, each line is empty, a comment (<c>#
/// …</c>) or <c>key = "value"</c>, no key twice (upper and lower case are the same key), at most 1 MiB. In a value, <c>"</c>,
/// <c>|</c> and control characters are written <c>|XX</c> (two hex digits of the byte). Comments are not kept on rewriting.
/// </summary>
internal sealed class VmxFile
{
    public const int MaximumBytes = 1024 * 1024;
    private const int MaximumKey = 128;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, int> _index;
    private readonly List<VmxEntry> _entries;

    private VmxFile(List<VmxEntry> entries)
    {
        _entries = entries;
        _index = new Dictionary<string, int>(entries.Count, StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < entries.Count; i++)
        {
            if (!_index.TryAdd(entries[i].Key, i))
                throw new FormatException($"the key {entries[i].Key} stands there twice");
        }
    }

    /// <summary>A file without a line.</summary>
    public static VmxFile Empty { get; } = new([]);

    /// <summary>The lines in their order.</summary>
    public IReadOnlyList<VmxEntry> Entries => _entries;

    /// <summary>The value of a key, or null.</summary>
    public string? this[string key] => _index.TryGetValue(key, out int i) ? _entries[i].Value : null;

    /// <summary>Reads a file. <see cref="FormatException"/> says what is wrong, and in which line.</summary>
    public static VmxFile Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaximumBytes)
            throw new FormatException("it is larger than 1 MiB");
        if (bytes.StartsWith("\xEF\xBB\xBF"u8))
            throw new FormatException("it starts with a byte order mark");
        string text;
        try
        {
            text = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("it is not UTF-8", e);
        }

        if (text.Length > 0 && text[^1] != '\n')
            throw new FormatException("its last line has no end");
        var entries = new List<VmxEntry>();
        int number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan()[range];
            if (line.IsEmpty || line[0] == '#' && !HasControl(line))
                continue;
            entries.Add(ParseLine(line) ?? throw new FormatException($"line {number} is not of the form key = \"value\""));
        }

        return new VmxFile(entries);
    }

    /// <summary>The same file with a key set: in its place, or as a new last line.</summary>
    public VmxFile With(string key, string value)
    {
        if (!IsKey(key))
            throw new ArgumentException($"'{key}' is no key of a VMX file.", nameof(key));
        var entries = new List<VmxEntry>(_entries);
        if (_index.TryGetValue(key, out int i))
            entries[i] = new VmxEntry(_entries[i].Key, value);
        else
            entries.Add(new VmxEntry(key, value));
        return new VmxFile(entries);
    }

    /// <summary>The same file without a key.</summary>
    public VmxFile Without(string key) => new([.. _entries.Where(e => !e.Key.Equals(key, StringComparison.OrdinalIgnoreCase))]);

    /// <summary>The bytes. <see cref="FormatException"/> when they are more than a VMX file may have.</summary>
    public byte[] Encode()
    {
        var text = new StringBuilder();
        foreach (var (key, value) in _entries)
            AppendValue(text.Append(key).Append(" = \""), value).Append("\"\n");
        byte[] bytes = StrictUtf8.GetBytes(text.ToString());
        return bytes.Length <= MaximumBytes ? bytes : throw new FormatException("it would be larger than 1 MiB");
    }

    private static VmxEntry? ParseLine(ReadOnlySpan<char> line)
    {
        int equals = line.IndexOf('=');
        if (equals < 0)
            return null;
        var key = line[..equals].Trim(' ');
        var rest = line[(equals + 1)..].Trim(' ');
        if (!IsKey(key) || rest.Length < 2 || rest[0] != '"' || rest[^1] != '"')
            return null;
        return ParseValue(rest[1..^1]) is { } value ? new VmxEntry(key.ToString(), value) : null;
    }

    private static string? ParseValue(ReadOnlySpan<char> quoted)
    {
        var value = new StringBuilder(quoted.Length);
        for (int i = 0; i < quoted.Length; i++)
        {
            char c = quoted[i];
            if (c == '|')
            {
                if (i + 2 >= quoted.Length || !char.IsAsciiHexDigit(quoted[i + 1]) || !char.IsAsciiHexDigit(quoted[i + 2]))
                    return null;
                c = (char)byte.Parse(quoted.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier);
                if (c is '\0' or > '\x7f')
                    return null;
                i += 2;
            }
            else if (c == '"' || char.IsControl(c))
            {
                return null;
            }

            value.Append(c);
        }

        return value.ToString();
    }

    private static StringBuilder AppendValue(StringBuilder text, string value)
    {
        foreach (char c in value)
        {
            if (c == '\0' || c is >= '\x80' and <= '\x9f')
                throw new FormatException("a value holds a character that a VMX file cannot");
            if (c is '"' or '|' or < ' ' or '\x7f')
                text.Append('|').Append(((int)c).ToString("X2"));
            else
                text.Append(c);
        }

        return text;
    }

    private static bool IsKey(ReadOnlySpan<char> key)
    {
        if (key.Length is 0 or > MaximumKey)
            return false;
        foreach (char c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or ':' or '_' or '-'))
                return false;
        }

        return true;
    }

    private static bool HasControl(ReadOnlySpan<char> line)
    {
        foreach (char c in line)
        {
            if (char.IsControl(c) && c != '\t')
                return true;
        }

        return false;
    }
}
