using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Events;

/// <summary>One line of an export.</summary>
internal static class EventLine
{
    /// <summary>The event of a line.</summary>
    public static EventModel Parse(string line)
    {
        try
        {
            if (JsonSerializer.Deserialize(line, RestJson.Default.EventModel) is
                {
                    Id: not null, User: not null, Object: not null, Message: not null, ObjectKind: not null,
                    ObjectId: not null, Outcome: not null, Address: not null, SessionId: not null, TokenId: not null,
                    CorrelationId: not null, Hash: not null
                } e)
            {
                return e;
            }
        }
        catch (JsonException)
        {
            // Told below.
        }
        throw new CliException(ExitCode.Refused, $"This is no event: {(line.Length > 80 ? line[..80] + "…" : line)}",
            "The file must be what `lorica event export` wrote: one JSON text a line.");
    }
}
