using System.Buffers.Text;
using System.Text;

namespace Lorica.Crypto.Locators;

/// <summary>Writes a bundle's plaintext, in key memory from the first byte to the last.</summary>
internal ref struct BundleWriter
{
    private readonly KeyBuffer _buffer;
    private int _length;

    private BundleWriter(KeyBuffer buffer) => _buffer = buffer;

    /// <summary>The plaintext of valid contents (see <see cref="BundleFormat.Fault"/>). The caller owns it.</summary>
    public static KeyBuffer Write(BundleKind kind, BundleContents contents)
    {
        using var space = KeyBuffer.Allocate(UpperBound(contents));
        var writer = new BundleWriter(space);
        writer.Text("type=key:object=");
        writer.Text(LocatorText.Escape(contents.ObjectId.ToString("D")));
        writer.Text(":gen=");
        writer.Text(contents.Generation.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (contents.Zero is { } zero)
        {
            writer.Text(":zero=");
            writer.Text(BundleFormat.Wire(zero));
        }

        writer.Text(":cipher=");
        writer.Text(LocatorText.Escape(BundleFormat.Cipher(kind)));
        writer.Key("key", contents.Key);
        writer.Key("oldkey", contents.OldKey);
        foreach (string name in contents.Secrets.Keys.Order(StringComparer.Ordinal))
        {
            writer.Key(BundleFormat.SecretPrefix + name, contents.Secrets[name]);
        }

        return writer._length <= BundleFormat.LargestPlaintext
            ? space.Slice(0, writer._length)
            : throw new ArgumentException(
                $"A bundle of {writer._length} bytes is larger than {BundleFormat.LargestPlaintext}.", nameof(contents));
    }

    // The fixed text is under 200 bytes; a key is base64 with at worst every character escaped.
    private static int UpperBound(BundleContents contents)
        => 256 + Bound(contents.Key) + Bound(contents.OldKey) + contents.Secrets.Sum(s => s.Key.Length + Bound(s.Value));

    private static int Bound(KeyBuffer? key) => key is null ? 0 : 16 + (3 * Base64.GetMaxEncodedToUtf8Length(key.Length));

    private void Text(string ascii) => _length += Encoding.ASCII.GetBytes(ascii, _buffer.Span[_length..]);

    private void Key(string name, KeyBuffer? key)
    {
        if (key is null)
        {
            return;
        }

        Text(":");
        Text(name);
        Text("=");
        using var encoded = KeyBuffer.Allocate(Base64.GetMaxEncodedToUtf8Length(key.Length));
        Base64.EncodeToUtf8(key.Span, encoded.Span, out _, out int written);
        var to = _buffer.Span;
        foreach (byte b in encoded.Span[..written])
        {
            if (char.IsAsciiLetterOrDigit((char)b))
            {
                to[_length++] = b;
                continue;
            }

            to[_length++] = (byte)'%';
            to[_length++] = Hex(b >> 4);
            to[_length++] = Hex(b & 15);
        }
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}
