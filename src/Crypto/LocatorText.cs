using System.Globalization;
using System.Text;

namespace Lorica.Crypto;

/// <summary>
/// The escaping of key locators: every byte (of UTF-8) that is not an ASCII letter or digit as <c>%xx</c>, lower-case hex. A text
/// has exactly one escaped form; no other form is read.
/// </summary>
public static class LocatorText
{
    private const string Hex = "0123456789abcdef";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Escapes; throws <see cref="ArgumentException"/> for text that is not valid Unicode.</summary>
    public static string Escape(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        byte[] bytes = StrictUtf8.GetBytes(s);
        var text = new StringBuilder(bytes.Length + 16);
        foreach (byte b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b))
            {
                text.Append((char)b);
            }
            else
            {
                text.Append('%').Append(Hex[b >> 4]).Append(Hex[b & 15]);
            }
        }

        return text.ToString();
    }

    /// <summary>Reads the escaped form; false for anything that <see cref="Escape"/> does not write.</summary>
    public static bool TryUnescape(ReadOnlySpan<char> escaped, out string text)
    {
        text = "";
        byte[] bytes = new byte[escaped.Length];
        int length = 0;
        for (int i = 0; i < escaped.Length; i++)
        {
            char c = escaped[i];
            if (char.IsAsciiLetterOrDigit(c))
            {
                bytes[length++] = (byte)c;
                continue;
            }

            if (c != '%' || i + 2 >= escaped.Length || !IsLowerHex(escaped[i + 1]) || !IsLowerHex(escaped[i + 2]))
            {
                return false;
            }

            byte b = byte.Parse(escaped.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (char.IsAsciiLetterOrDigit((char)b))
            {
                return false;
            }

            bytes[length++] = b;
            i += 2;
        }

        try
        {
            text = StrictUtf8.GetString(bytes.AsSpan(0, length));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool IsLowerHex(char c) => c is (>= '0' and <= '9') or (>= 'a' and <= 'f');
}
