using System.Globalization;
using Lorica.Cli.Output;

namespace Lorica.Cli.Commands.Kms;

/// <summary>Address of a KMS: <c>host</c>, <c>host:port</c>, <c>[::1]:port</c>; the port is 5696 when left out.</summary>
internal readonly record struct ServerAddress(string Host, int Port)
{
    private const int KmipPort = 5696;

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    public static ServerAddress Parse(string text)
    {
        var bad = new CliException(
            ExitCode.Usage, $"{text} is no address of a server.", "Write HOST or HOST:PORT, and [ADDRESS]:PORT for IPv6.");
        string host;
        string rest;
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0)
                throw bad;
            (host, rest) = (text[1..end], text[(end + 1)..]);
        }
        else
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            (host, rest) = colon < 0 ? (text, "") : (text[..colon], text[colon..]);
        }
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
            throw bad;
        if (rest.Length == 0)
            return new ServerAddress(host, KmipPort);
        return rest[0] == ':' && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            && port is > 0 and < 65536
            ? new ServerAddress(host, port)
            : throw bad;
    }
}
