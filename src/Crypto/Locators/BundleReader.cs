using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lorica.Crypto.Locators;

/// <summary>
/// Reads a bundle's plaintext from key memory into key memory. Exactly what <see cref="BundleWriter"/> writes is read: the names
/// in their order, each once, secrets sorted. Names and public values become strings, keys never.
/// </summary>
internal ref struct BundleReader
{
    private ReadOnlySpan<byte> _rest;
    private bool _ended;

    private BundleReader(ReadOnlySpan<byte> text) => _rest = text;

    public static BundleContents Read(BundleKind kind, ReadOnlySpan<byte> text)
    {
        KeyBuffer? key = null, oldKey = null;
        var secrets = new Dictionary<string, KeyBuffer>(StringComparer.Ordinal);
        BundleContents? contents = null;
        try
        {
            var reader = new BundleReader(text);
            reader.RequirePublic("type", "key");
            var objectId = ObjectId(reader.Public("object"));
            long generation = Generation(reader.Public("gen"));
            ZeroRule? zero = kind == BundleKind.Disk ? Zero(reader.Public("zero")) : null;
            reader.RequirePublic("cipher", BundleFormat.Cipher(kind));
            if (reader.Begins("key="u8))
            {
                key = reader.Key("key", BundleFormat.KeyBytes(kind));
            }

            if (kind == BundleKind.Disk && reader.Begins("oldkey="u8))
            {
                oldKey = reader.Key("oldkey", BundleFormat.DiskKeyBytes);
            }

            while (kind == BundleKind.Vm && reader.Begins("secret."u8))
            {
                reader.Secret(secrets);
            }

            if (!reader._ended)
            {
                throw Malformed("an unknown or misplaced name");
            }

            contents = new BundleContents
            {
                ObjectId = objectId, Generation = generation, Zero = zero, Key = key, OldKey = oldKey, Secrets = secrets,
            };
            return BundleFormat.Fault(kind, contents) is { } fault ? throw Malformed(fault) : contents;
        }
        catch
        {
            key?.Dispose();
            oldKey?.Dispose();
            foreach (var secret in secrets.Values)
            {
                secret.Dispose();
            }

            throw;
        }
    }

    private readonly bool Begins(ReadOnlySpan<byte> name) => !_ended && _rest.StartsWith(name);

    /// <summary>The escaped value of the next entry, which must have this name.</summary>
    private ReadOnlySpan<byte> Value(string name)
    {
        int end = _rest.IndexOf((byte)':');
        var entry = end < 0 ? _rest : _rest[..end];
        int length = Encoding.ASCII.GetByteCount(name);
        if (_ended || entry.Length <= length || entry[length] != (byte)'=' || !Ascii.Equals(entry[..length], name))
        {
            throw Malformed($"\"{name}\" is missing");
        }

        _ended = end < 0;
        _rest = _ended ? [] : _rest[(end + 1)..];
        return entry[(length + 1)..];
    }

    private string Public(string name)
    {
        var value = Value(name);
        return value.Length <= 256 && LocatorText.TryUnescape(Encoding.Latin1.GetString(value), out string? text)
            ? text
            : throw Malformed($"the value of \"{name}\" is not well escaped");
    }

    private void RequirePublic(string name, string expected)
    {
        if (!Public(name).Equals(expected, StringComparison.Ordinal))
        {
            throw Malformed($"\"{name}\" is not \"{expected}\"");
        }
    }

    private void Secret(Dictionary<string, KeyBuffer> secrets)
    {
        var start = _rest["secret.".Length..];
        int end = start.IndexOf((byte)'=');
        if (end is < 1 or > BundleFormat.LongestSecretName || secrets.Count == BundleFormat.MostSecrets)
        {
            throw Malformed("too many secrets, or a bad name of one");
        }

        string name = Encoding.Latin1.GetString(start[..end]);
        if (!BundleFormat.IsSecretName(name) || (secrets.Count > 0 && string.CompareOrdinal(secrets.Keys.Last(), name) >= 0))
        {
            throw Malformed("names of secrets are bad, not sorted or not unique");
        }

        secrets.Add(name, Key(BundleFormat.SecretPrefix + name, length: null));
    }

    private KeyBuffer Key(string name, int? length)
    {
        var value = Value(name);
        if (value.IsEmpty)
        {
            throw Malformed($"\"{name}\" is empty");
        }

        using var encoded = KeyBuffer.Allocate(value.Length);
        var base64 = encoded.Span[..Unescape(value, encoded.Span, name)];
        using var decoded = KeyBuffer.Allocate(Base64.GetMaxDecodedFromUtf8Length(base64.Length) + 1);
        using var again = KeyBuffer.Allocate(base64.Length + 4);

        // The platform's decoder passes over white space; what does not encode to the same text again is refused.
        if (Base64.DecodeFromUtf8(base64, decoded.Span, out _, out int bytes) != OperationStatus.Done || bytes == 0
            || Base64.EncodeToUtf8(decoded.Span[..bytes], again.Span, out _, out int written) != OperationStatus.Done
            || !CryptographicOperations.FixedTimeEquals(base64, again.Span[..written])
            || (length ?? bytes) != bytes)
        {
            throw Malformed($"\"{name}\" is not a key in base64");
        }

        return decoded.Slice(0, bytes);
    }

    private static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> to, string name)
    {
        int length = 0;
        for (int i = 0; i < escaped.Length; i++)
        {
            byte b = escaped[i];
            if (b == (byte)'%')
            {
                // Of the base64 alphabet only these three are escaped, each in one way.
                b = i + 2 >= escaped.Length ? (byte)0
                    : (escaped[i + 1], escaped[i + 2]) switch
                    {
                        ((byte)'2', (byte)'b') => (byte)'+',
                        ((byte)'2', (byte)'f') => (byte)'/',
                        ((byte)'3', (byte)'d') => (byte)'=',
                        _ => (byte)0,
                    };
                i += 2;
            }
            else if (!char.IsAsciiLetterOrDigit((char)b))
            {
                b = 0;
            }

            if (b == 0)
            {
                throw Malformed($"the value of \"{name}\" is not well escaped");
            }

            to[length++] = b;
        }

        return length;
    }

    private static Guid ObjectId(string text)
        => Guid.TryParseExact(text, "D", out var id) && id.ToString("D").Equals(text, StringComparison.Ordinal)
            ? id
            : throw Malformed("the object id is not a lower-case UUID");

    private static long Generation(string text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            && value.ToString(CultureInfo.InvariantCulture).Equals(text, StringComparison.Ordinal)
            ? value
            : throw Malformed("the generation is not a number");

    private static ZeroRule Zero(string text) => text switch
    {
        "hole" => ZeroRule.Hole,
        "error" => ZeroRule.Error,
        _ => throw Malformed("the zero rule is unknown"),
    };

    private static CryptoException Malformed(string why) => new(CryptoErrorKind.MalformedBundle, $"Not a bundle: {why}.");
}
