namespace Lorica.Kmip;

/// <summary>
/// The one exception of this library. Three families: the peer refused, the transport failed (or the peer's bytes were
/// malformed), or the API was misused. Messages never hold key material, and text that came from the peer is escaped.
/// </summary>
public sealed class KmipException : Exception
{
    /// <summary>Makes an exception of one family.</summary>
    /// <param name="kind">The family.</param>
    /// <param name="message">What happened, in words an operator understands.</param>
    /// <param name="inner">What lies below, if anything.</param>
    public KmipException(KmipErrorKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>A refusal with its reason, as it goes over the wire.</summary>
    /// <param name="reason">The Result Reason (KMIP 1.4, 9.1.3.2.29).</param>
    /// <param name="message">The Result Message; escaped already.</param>
    public KmipException(KmipResultReason reason, string message)
        : base(message)
    {
        Kind = KmipErrorKind.Refused;
        Reason = reason;
    }

    /// <summary>The family of the failure.</summary>
    public KmipErrorKind Kind { get; }

    /// <summary>The server's reason, when <see cref="Kind"/> is <see cref="KmipErrorKind.Refused"/> and it gave one.</summary>
    public KmipResultReason? Reason { get; init; }

    /// <summary>The server as "host:port"; empty where there is none (pure codec, misuse).</summary>
    public string Server { get; init; } = "";

    /// <summary>
    /// True when the same request may succeed later or on another server of the same provider without anybody changing
    /// anything: refused connection, time-out, reset. False for failed trust, refused certificates, malformed answers.
    /// </summary>
    public bool IsTransient { get; init; }

    /// <summary>
    /// True when the request may have been carried out although no answer came: it was sent at least in part.
    /// </summary>
    public bool MayHaveBeenCarriedOut { get; init; }

    internal static KmipException Malformed(string message) => new(KmipErrorKind.Protocol, message);
}
