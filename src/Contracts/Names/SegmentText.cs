using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Lorica.Contracts.Names;

/// <summary>
/// A name as one segment of a URL's path. Most are percent-encoded as anywhere. Those that would not arrive are written as
/// <c>b64:</c> and the base64url of their UTF-8: <c>.</c> and <c>..</c>, which clients and servers resolve however they are
/// encoded; <c>%2F</c>, which servers leave as it is; the empty one. So whatever was named before there was a rule for names can
/// still be asked for.
/// </summary>
public static class SegmentText
{
    /// <summary>What begins such a segment.</summary>
    public const string Prefix = "b64:";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The segment of a name, encoded for a URL.</summary>
    public static string Encode(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool plain = name is not ("" or "." or "..") && !name.AsSpan().ContainsAny("/\\%")
            && !name.StartsWith(Prefix, StringComparison.Ordinal) && !name.Any(char.IsControl);
        return plain ? Uri.EscapeDataString(name) : Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));
    }

    /// <summary>The name of a segment that the server has percent-decoded; false when it is the name already.</summary>
    public static bool TryDecode(string segment, [NotNullWhen(true)] out string? name)
    {
        ArgumentNullException.ThrowIfNull(segment);
        name = null;
        if (!segment.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(segment.AsSpan(Prefix.Length)))
        {
            return false;
        }

        try
        {
            name = Strict.GetString(Base64Url.DecodeFromChars(segment.AsSpan(Prefix.Length)));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
