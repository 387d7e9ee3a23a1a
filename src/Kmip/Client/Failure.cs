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
        Transport(server, $"{server}: {what} did not come within {limit.TotalSeconds:0.#} s", transient: true, sent);

    public static KmipException Trust(string server, string why, Exception inner) =>
        Transport(server, $"{server} is not trusted: {why}", transient: false, sent: false, inner);

    public static KmipException Handshake(string server, Exception inner) => Transport(
        server,
        $"{server}: TLS handshake failed: {inner.InnerException?.Message ?? inner.Message} (we offer TLS 1.2 and 1.3; the server "
            + "may refuse our certificate)",
        transient: false, sent: false, inner);

    public static KmipException ClosedBeforeAnswer(string server, bool answeredBefore) => answeredBefore
        ? Transport(server, $"{server} closed the connection before an answer", transient: true, sent: true)
        : Transport(server, $"{server}: the server closed the connection before an answer: {ProbablyUs}", transient: false,
            sent: true);

    public static KmipException BrokenBeforeAnswer(string server, Exception inner) => Transport(
        server, $"{server}: the connection broke before an answer: {ProbablyUs} "
            + $"({inner.InnerException?.Message ?? inner.Message})",
        transient: false, sent: true, inner);

    public static KmipException Broken(string server, Exception inner) =>
        Transport(server, $"{server}: the connection broke: {inner.Message}", transient: true, sent: true, inner);

    public static KmipException CutShort(string server) =>
        Transport(server, $"{server} closed the connection in the middle of an answer", transient: true, sent: true);

    public static KmipException Malformed(string server, string why) =>
        new(KmipErrorKind.Protocol, $"{server}: {why}") { Server = server, MayHaveBeenCarriedOut = true };

    /// <summary>The same failure with the server's name on it.</summary>
    public static KmipException At(string server, string what, KmipException e) =>
        e.Server.Length > 0 ? e : e.Kind == KmipErrorKind.Refused
        ? new KmipException(e.Reason ?? KmipResultReason.None, $"{server} refused {what}: {e.Message}") { Server = server }
        : new KmipException(e.Kind, $"{server}, {what}: {e.Message}", e) { Server = server, MayHaveBeenCarriedOut = true };

    private static KmipException Transport(string server, string message, bool transient, bool sent, Exception? inner = null) =>
        new(KmipErrorKind.Transport, message, inner) { Server = server, IsTransient = transient, MayHaveBeenCarriedOut = sent };
}
