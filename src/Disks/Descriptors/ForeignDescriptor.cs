using System.Text;

namespace Lorica.Disks.Descriptors;

/// <summary>
/// A descriptor that somebody else's program, or a person, wrote: read as far as it is clear what is meant. Unlike
/// <see cref="Descriptor"/>, which is for our own disks and strict, this takes any comments in front, byte order marks, UTF-16,
/// other encodings, blanks and tabs around everything, and keys of the disk data base that stand twice. What is not understood is
/// <see cref="DiskErrorKind.Malformed"/> with its line.
/// </summary>
internal sealed class ForeignDescriptor
{
    /// <summary>Largest descriptor that is read: some 26,000 files of a split disk.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly string[] FirstKeys =
        ["version", "encoding", Keys.Cid, Keys.ParentCid, Keys.CreateType, "isNativeSnapshot"];

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ExtentLine> _extents = [];
    private readonly string? _path;
    private readonly string? _encoding;

    private ForeignDescriptor(string? path, string[] lines, string? encoding)
    {
        _path = path;
        for (int i = 0; i < lines.Length; i++)
            Add(lines[i].AsSpan().Trim(), i + 1);
        _encoding = encoding ?? this["encoding"];
    }

    /// <summary>In the order of the disk; names are bytes as they stand, see <see cref="NameOf"/>.</summary>
    public IReadOnlyList<ExtentLine> Extents => _extents;

    /// <summary>The value of a key, compared without case; null when absent or empty.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    /// <summary>
    /// Whether text (bytes as characters) begins like a descriptor: with its title, or with comments and then one of its keys.
    /// </summary>
    public static bool Looks(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            // Line feeds only: other line ends of Unicode are halves of characters here.
            int end = text.IndexOf('\n');
            var line = (end < 0 ? text : text[..end]).Trim();
            text = end < 0 ? default : text[(end + 1)..];
            if (line.IsEmpty)
                continue;
            if (line[0] != '#')
            {
                int equals = line.IndexOf('=');
                return equals > 0 && FirstKeys.Contains(line[..equals].TrimEnd().ToString(), StringComparer.OrdinalIgnoreCase);
            }

            var title = line[1..].TrimStart();
            if (title.StartsWith("Disk DescriptorFile", StringComparison.OrdinalIgnoreCase)
                || title.StartsWith("Disk Descriptor File", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Parses.</summary>
    /// <exception cref="DiskException">TooLarge, Malformed.</exception>
    public static ForeignDescriptor Parse(ReadOnlySpan<byte> bytes, string? path)
    {
        if (bytes.Length > MaxBytes)
            throw TooLarge(path);
        bool utf16 = ForeignText.IsUtf16(bytes);
        ReadOnlySpan<byte> single = ForeignText.ToSingleBytes(bytes);
        if (single.Length > 3 * MaxBytes)
            throw TooLarge(path);
        bool marked = single.Length < bytes.Length;

        single = DescriptorPadding.Trim(single);
        if (single.Contains((byte)0))
            throw Malformed(path, "a zero byte", null);
        return new ForeignDescriptor(
            path, Encoding.Latin1.GetString(single).Split('\n'), utf16 || marked ? "UTF-8" : null);
    }

    /// <summary>The refusal of a descriptor beyond the limit.</summary>
    public static DiskException TooLarge(string? path) => new(
        DiskErrorKind.TooLarge,
        $"{path} begins like a VMDK descriptor and is larger than 1 MiB, the limit of what is read of one.", path)
    {
        WayOut = "If it is the plain bytes of a disk whose guest wrote that text: import it with --raw. "
            + "Otherwise join its pieces: qemu-img convert -O raw IMAGE disk.raw",
    };

    /// <summary>The name of an extent's file, decoded; null when it names none.</summary>
    /// <exception cref="DiskException">
    /// Unsupported (an encoding that is not taken), Malformed (bytes that are none of it).
    /// </exception>
    public string? NameOf(ExtentLine extent)
    {
        if (extent.File is null || Ascii.IsValid(extent.File))
            return extent.File;
        string name = _encoding ?? "UTF-8";
        var encoding = ForeignEncoding.Find(name) ?? throw new DiskException(
            DiskErrorKind.Unsupported,
            $"The descriptor {_path} names a file in the encoding {Shown(name)}, which is not read.", _path)
        {
            WayOut = "Rename the files of the disk in ASCII, and write those names into the descriptor.",
        };
        try
        {
            return encoding.GetString(Encoding.Latin1.GetBytes(extent.File));
        }
        catch (DecoderFallbackException e)
        {
            throw new DiskException(
                DiskErrorKind.Malformed,
                $"The descriptor {_path} names a file in bytes that are not {Shown(name)}.", _path, inner: e)
            {
                WayOut = "Write the true encoding into its line encoding=\"…\", for instance windows-1252, GBK or Shift_JIS.",
            };
        }
    }

    /// <summary>A word of the file for a message: whatever is no plain ASCII becomes a question mark, and it is short.</summary>
    public static string Shown(string word) =>
        string.Concat(word.Take(40).Select(c => c is >= ' ' and < '\u007f' ? c : '?')) + (word.Length > 40 ? "…" : "");

    private void Add(ReadOnlySpan<char> line, int number)
    {
        if (line.IsEmpty || line[0] == '#')
            return;
        if (ExtentLine.Looks(line))
        {
            _extents.Add(ExtentLine.ParseForeign(line)
                ?? throw Malformed(_path, "an extent line that cannot be understood", number));
            return;
        }

        int equals = line.IndexOf('=');
        if (equals <= 0)
            throw Malformed(_path, "a line that cannot be understood", number);
        string key = line[..equals].TrimEnd().ToString();
        var value = line[(equals + 1)..].TrimStart();
        if (value.Length >= 2 && value[0] == '"' && value[^1] == '"')
            value = value[1..^1];
        if (key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or ':' or '-')) || value.Contains('"'))
            throw Malformed(_path, "a line that cannot be understood", number);

        // Programs append to the data base a key that is there already; nothing in it decides what is read. The header decides.
        if (!_values.TryAdd(key, value.ToString()) && !key.StartsWith("ddb.", StringComparison.OrdinalIgnoreCase)
            && !value.SequenceEqual(_values[key]))
        {
            throw Malformed(_path, $"the key {Shown(key)} twice, with two values", number);
        }
    }

    private static DiskException Malformed(string? path, string what, int? line) => new(
        DiskErrorKind.Malformed,
        $"The descriptor {path} holds {what}{(line is { } n ? $" (line {n})" : "")}.", path);
}
