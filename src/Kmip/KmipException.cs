namespace Lorica.Kmip;

/// <summary>
/// The one exception of this library. Three families: the peer answered, only not what was hoped for (<see cref="IsAnswer"/>);
/// the transport failed (or the peer's bytes were malformed); or the API was misused. Messages never hold key material, and text
/// that came from the peer is escaped.
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
    /// True when the server works and said something about the object asked for: a refusal, or an answer of no use. Nothing
    /// speaks against asking it for other objects.
    /// </summary>
    public bool IsAnswer => Kind is KmipErrorKind.Refused or KmipErrorKind.Unusable or KmipErrorKind.OtherObject;

    /// <summary>True when the server did not answer in time.</summary>
    public bool IsTimeOut { get; init; }

    /// <summary>
    /// True when a connection ended before the first byte of an answer: what happens to one that the server had given up, and the
    /// only failure after which the same request is sent again.
    /// </summary>
    internal bool IsStale { get; init; }

    /// <summary>
    /// True when the request may have been carried out although no answer came: it was sent at least in part.
    /// </summary>
    public bool MayHaveBeenCarriedOut { get; init; }

    internal static KmipException Malformed(string message) => new(KmipErrorKind.Protocol, message);

    internal static KmipException Unusable(string message) => new(KmipErrorKind.Unusable, message);

    internal static KmipException OtherObject(string message) => new(KmipErrorKind.OtherObject, message);
}
