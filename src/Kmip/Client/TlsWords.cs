namespace Lorica.Kmip.Client;

/// <summary>
/// Why TLS failed, in words. The platform says "SSL_ERROR_SSL"; the reason of its library, or the alert of the peer (RFC 8446,
/// 6.2), is the innermost exception.
/// </summary>
internal static class TlsWords
{
    /// <summary>Part of the library's text, and what it means; the first that fits counts.</summary>
    private static readonly (string Text, string Words)[] Words =
    [
        ("alert unknown ca", "the peer does not know the authority of our certificate (alert: unknown CA)"),
        ("alert certificate expired", "the peer finds our certificate expired (alert: certificate expired)"),
        ("alert certificate revoked", "the peer finds our certificate revoked (alert: certificate revoked)"),
        ("alert certificate unknown", "the peer does not accept our certificate (alert: certificate unknown)"),
        ("alert unsupported certificate", "the peer does not take this kind of certificate (alert: unsupported certificate)"),
        ("alert bad certificate", "the peer refuses our certificate (alert: bad certificate)"),
        ("certificate required", "the peer wants a client certificate (alert: certificate required)"),
        ("peer did not return a certificate", "the client showed no certificate"),
        ("alert access denied", "the peer refuses us (alert: access denied)"),
        ("alert protocol version", "the peer speaks none of our versions of TLS (alert: protocol version)"),
        ("unsupported protocol", "the peer speaks none of our versions of TLS"),
        ("version too low", "the peer speaks none of our versions of TLS"),
        ("no shared cipher", "no cipher suite in common"),
        ("no suitable signature algorithm", "no signature algorithm in common"),
        ("alert insufficient security", "the peer wants stronger cipher suites (alert: insufficient security)"),
        ("alert handshake failure",
            "the peer found no cipher suite in common, or may refuse our certificate (alert: handshake failure)"),
        ("wrong version number", "the peer does not speak TLS on this port"),
        ("determine the frame size", "the peer does not speak TLS on this port"),
        ("http request", "the peer does not speak TLS on this port"),
        ("dh key too small", "the peer's Diffie-Hellman group is too small"),
        ("ee key too small", "the key of a certificate is too small"),
        ("ca md too weak", "a certificate is signed with a hash that is too weak"),
        ("unexpected eof", "the peer closed the connection in the middle of the handshake"),
    ];

    /// <summary>The reason; where it is not known, the innermost text.</summary>
    public static string Of(Exception e)
    {
        var inner = e;
        while (inner.InnerException is { } next)
        {
            inner = next;
        }

        for (var each = e; each is not null; each = each.InnerException)
        {
            foreach (var (text, words) in Words)
            {
                if (each.Message.Contains(text, StringComparison.OrdinalIgnoreCase))
                {
                    return words;
                }
            }
        }

        return PrintableText.Escape(inner.Message, 200);
    }
}
