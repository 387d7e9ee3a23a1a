using System.Security.Cryptography;
using System.Text;

namespace Lorica.Contracts.Trust;

/// <summary>
/// The one-time token of joining: 128 random bits, shown as 26 characters in groups. Characters that look alike are taken for
/// each other (O is 0, I and L are 1), case and separators do not matter.
/// </summary>
public sealed class JoinToken
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 16, Characters = 26, Group = 5, LongestText = 64;

    private readonly byte[] _bytes;

    private JoinToken(byte[] bytes) => _bytes = bytes;

    /// <summary>Its 16 bytes.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A new one.</summary>
    public static JoinToken New() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>Parses what a person typed; null when it is no token.</summary>
    public static JoinToken? Parse(string text)
    {
        if (text.Length > LongestText)
            return null;
        UInt128 value = 0;
        int count = 0;
        foreach (char c in text.Trim().ToUpperInvariant())
        {
            if (c is '-' or ' ')
                continue;
            int digit = Alphabet.IndexOf(c switch { 'O' => '0', 'I' or 'L' => '1', _ => c }, StringComparison.Ordinal);
            // 26 characters hold 130 bits: the first one has three of its own.
            if (digit < 0 || ++count > Characters || (count == 1 && digit > 7))
                return null;
            value = (value << 5) | (uint)digit;
        }

        if (count != Characters)
            return null;
        byte[] bytes = new byte[Length];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new JoinToken(bytes);
    }

    /// <summary>For the console of the host, and nowhere else.</summary>
    public string Reveal()
    {
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(_bytes);
        var text = new StringBuilder();
        for (int i = Characters - 1; i >= 0; i--)
        {
            text.Append(Alphabet[(int)((value >> (5 * i)) & 31)]);
            if (i > 0 && (Characters - i) % Group == 0)
                text.Append('-');
        }

        return text.ToString();
    }

    /// <inheritdoc />
    public override string ToString() => "[redacted]";
}
