using System.Globalization;
using System.Text;

namespace Lorica.Disks.Descriptors;

/// <summary>
/// The encodings that descriptors name for the names of their files. Taken are UTF-8, single-byte code pages and the double-byte
/// ones of East Asia: all of them leave ASCII alone, and none hides a quote, a blank or a line end in a longer character.
/// </summary>
internal static class ForeignEncoding
{
    private static readonly int[] DoubleByte = [932, 936, 949, 950, 20932, 20936, 20949, 51932, 51936, 51949, 54936];

    private static readonly Dictionary<string, int> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UTF-8"] = 65001, ["UTF8"] = 65001, ["US-ASCII"] = 20127, ["ASCII"] = 20127,
        ["GBK"] = 936, ["GB2312"] = 936, ["GB_2312-80"] = 936, ["GB18030"] = 54936, ["Big5"] = 950,
        ["Shift_JIS"] = 932, ["Shift-JIS"] = 932, ["SJIS"] = 932, ["windows-31j"] = 932, ["EUC-JP"] = 51932, ["EUC-KR"] = 51949,
        ["KS_C_5601-1987"] = 949, ["KOI8-R"] = 20866, ["KOI8-U"] = 21866, ["TIS-620"] = 874, ["ISO-8859-1"] = 28591,
    };

    private static readonly string[] Prefixes = ["windows-", "cp", "ibm-", "ibm", "ms"];

    /// <summary>The encoding of that name, which refuses bytes that are none of its own; null when it is not taken.</summary>
    public static Encoding? Find(string name)
    {
        if (Number(name) is not { } number)
            return null;
        if (number == 65001)
            return new UTF8Encoding(false, true);
        try
        {
            var found = CodePagesEncodingProvider.Instance.GetEncoding(
                number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return (found.IsSingleByte && KeepsAscii(found)) || DoubleByte.Contains(number) ? found : null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static int? Number(string name)
    {
        if (Numbers.TryGetValue(name, out int number))
            return number;
        if (name.StartsWith("ISO-8859-", StringComparison.OrdinalIgnoreCase) && TryDigits(name.AsSpan(9), out int part)
            && part is >= 2 and <= 15)
        {
            return 28590 + part;
        }

        foreach (string prefix in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && TryDigits(name.AsSpan(prefix.Length), out number))
                return number;
        }

        return null;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.Length <= 5;

    private static bool KeepsAscii(Encoding encoding)
    {
        Span<byte> bytes = stackalloc byte[1];
        Span<char> chars = stackalloc char[2];
        for (byte b = 0x20; b < 0x7f; b++)
        {
            bytes[0] = b;
            if (encoding.GetChars(bytes, chars) != 1 || chars[0] != b)
                return false;
        }

        return true;
    }
}
