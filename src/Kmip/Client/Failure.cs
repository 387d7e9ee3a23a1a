namespace Lorica.Kmip.Client;

/// <summary>
/// The words for what goes wrong below the messages: one place, so that operators meet the same text everywhere.
/// </summary>
internal static class Failure
{
    private const string ProbablyUs =
        "it probably refused our certificate; else it may be its licence, or TLS settings that do not fit";

    public static KmipException Connect(string server, Exception inner) =>
        Transport(server, $"cannot connect to {server}: {inner.Message}", transient: true, sent: false, inner);

    public static KmipException Proxy(string server, KmipProxy proxy, string why) =>
        Transport(server, $"cannot connect to {server} through the proxy {proxy}: {why}", transient: true, sent: false);

    public static KmipException TimedOut(string server, string what, TimeSpan limit, bool sent) =>
        new(KmipErrorKind.Transport, $"{server}: {what} did not come within {limit.TotalSeconds:0.#} s")
        {
            Server = server, IsTransient = true, IsTimeOut = true, MayHaveBeenCarriedOut = sent,
        };

    public static KmipException Trust(string server, string why, Exception inner) =>
        Transport(server, $"{server} is not trusted: {why}", transient: false, sent: false, inner);

    public static KmipException Handshake(string server, Exception inner) => Transport(
        server,
        $"{server}: TLS handshake failed: {TlsWords.Of(inner)} (we offer TLS 1.2 and 1.3)",
        transient: false, sent: false, inner);

    public static KmipException ClosedBeforeAnswer(string server, bool answeredBefore) => answeredBefore
        ? Stale(server, $"{server} closed the connection before an answer")
        : Transport(server, $"{server}: the server closed the connection before an answer: {ProbablyUs}", transient: false,
            sent: true);

    public static KmipException BrokenBeforeAnswer(string server, Exception inner) => Transport(
        server, $"{server}: the connection broke before an answer: {TlsWords.Of(inner)}; {ProbablyUs}",
        transient: false, sent: true, inner);

    public static KmipException BrokenWhenKept(string server, Exception inner) =>
        Stale(server, $"{server}: the connection broke: {inner.Message}", inner);

    public static KmipException Broken(string server, Exception inner) =>
        Transport(server, $"{server}: the connection broke: {inner.Message}", transient: true, sent: true, inner);

    public static KmipException CutShort(string server) =>
        Transport(server, $"{server} closed the connection in the middle of an answer", transient: true, sent: true);

    public static KmipException Malformed(string server, string why) =>
        new(KmipErrorKind.Protocol, $"{server}: {why}") { Server = server, MayHaveBeenCarriedOut = true };

    public static KmipException Unusable(string server, string why) =>
        new(KmipErrorKind.Unusable, $"{server}: {why}") { Server = server, MayHaveBeenCarriedOut = true };

    /// <summary>The same failure of a look at what a lost request came to: it may have been carried out all the same.</summary>
    public static KmipException StillLost(KmipException e) => new(e.Kind, e.Message, e)
    {
        Server = e.Server, Reason = e.Reason, IsTransient = e.IsTransient, IsTimeOut = e.IsTimeOut, MayHaveBeenCarriedOut = true,
    };

    /// <summary>The same failure with the server's name on it.</summary>
    public static KmipException At(string server, string what, KmipException e) =>
        e.Server.Length > 0 ? e : e.Kind == KmipErrorKind.Refused
        ? new KmipException(e.Reason ?? KmipResultReason.None, $"{server} refused {what}: {e.Message}") { Server = server }
        : new KmipException(e.Kind, $"{server}, {what}: {e.Message}", e) { Server = server, MayHaveBeenCarriedOut = true };

    private static KmipException Stale(string server, string message, Exception? inner = null) =>
        new(KmipErrorKind.Transport, message, inner)
        {
            Server = server, IsTransient = true, IsStale = true, MayHaveBeenCarriedOut = true,
        };

    private static KmipException Transport(string server, string message, bool transient, bool sent, Exception? inner = null) =>
        new(KmipErrorKind.Transport, message, inner) { Server = server, IsTransient = transient, MayHaveBeenCarriedOut = sent };
}
