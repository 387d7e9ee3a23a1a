using System.Text;

namespace Lorica.Disks.Descriptors;

/// <summary>
/// Text that others wrote, as single bytes: what stands in it has a meaning here only where it is ASCII, so structure is read
/// from the bytes and nothing but the names of files is ever decoded (<see cref="ForeignEncoding"/>).
/// </summary>
internal static class ForeignText
{
    private const int Probed = 64;

    /// <summary>
    /// Whether it is UTF-16: by its mark, or since every second byte is zero; and the start reads as text.
    /// </summary>
    public static bool IsUtf16(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8 || EncodingOf(bytes) is not { } encoding)
            return false;
        foreach (char c in encoding.GetString(bytes[..Math.Min(bytes.Length & ~1, Probed)]).AsSpan().TrimStart('\uFEFF'))
        {
            if ((char.IsControl(c) && c is not ('\r' or '\n' or '\t')) || c == '\uFFFD')
                return false;
        }

        return true;
    }

    /// <summary>The bytes without a mark at the start; UTF-16 becomes UTF-8.</summary>
    public static byte[] ToSingleBytes(ReadOnlySpan<byte> bytes)
    {
        if (IsUtf16(bytes))
            return Encoding.UTF8.GetBytes(EncodingOf(bytes)!.GetString(bytes).TrimStart('\uFEFF'));
        return (bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes).ToArray();
    }

    private static UnicodeEncoding? EncodingOf(ReadOnlySpan<byte> bytes)
    {
        bool little = bytes is [0xff, 0xfe, ..] || (bytes is [not 0, 0, not 0, 0, not 0, 0, not 0, 0, ..]);
        bool big = bytes is [0xfe, 0xff, ..] || (bytes is [0, not 0, 0, not 0, 0, not 0, 0, not 0, ..]);
        return little || big ? new UnicodeEncoding(big, false) : null;
    }
}
