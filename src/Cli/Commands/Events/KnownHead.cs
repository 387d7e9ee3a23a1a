using System.Globalization;
using Lorica.Cli.Output;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Events;

/// <summary>A head of the chain that somebody noted before.</summary>
internal sealed class KnownHead(long number, string hash)
{
    public long Number => number;

    public string Hash => hash;

    /// <summary>Whether an event with this number and hash came by.</summary>
    public bool Seen { get; private set; }

    /// <summary>Looks at an event of the log.</summary>
    public void Look(EventModel e) =>
        Seen |= e.Number == number && string.Equals(e.Hash, hash, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses <c>NUMBER:HASH</c>.</summary>
    public static KnownHead Parse(string text)
    {
        string[] parts = text.Split(':');
        return parts is [var first, { Length: 2 * EventChain.HashSize } hash]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? new KnownHead(number, hash)
            : throw new CliException(ExitCode.Usage, $"{text} is no head of the log.",
                "It looks like 1041:5e88…, as `lorica event verify` prints it.");
    }
}
