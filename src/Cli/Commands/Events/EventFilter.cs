using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Events;

/// <summary>Options that say which events are meant.</summary>
internal sealed class EventFilter(TimeProvider time)
{
    public Option<string?> Id { get; } = new("--id")
    {
        Description = "Only events of this id; com.vmware.vc.vm* for a beginning.",
    };

    public Option<string?> About { get; } = new("--object") { Description = "Only events about this object, by name or id." };

    public Option<string?> User { get; } = new("--user") { Description = "Only what this person did." };

    public Option<string?> Outcome { get; } = OutcomeOption();

    public Option<long?> After { get; } = new("--after")
    {
        Description = "Only events after this number, in ascending order.", HelpName = "NUMBER",
    };

    public Option<DateTimeOffset?> Since { get; } = TimeOption.Create("--since", "Only events since", time);

    public Option<DateTimeOffset?> Until { get; } = TimeOption.Create("--until", "Only events before", time);

    public string Query(ParseResult parsed, int? limit = null) => QueryText.Of(
        ("id", parsed.GetValue(Id)), ("object", parsed.GetValue(About)), ("user", parsed.GetValue(User)),
        ("outcome", parsed.GetValue(Outcome)),
        ("after", QueryText.Of(parsed.GetValue(After))), ("since", QueryText.Of(parsed.GetValue(Since))),
        ("until", QueryText.Of(parsed.GetValue(Until))), ("limit", QueryText.Of(limit)));

    public static readonly IReadOnlyList<string> Headers = ["NUMBER", "TIME", "USER", "OBJECT", "EVENT", "MESSAGE"];

    public static readonly IReadOnlyList<string> WideHeaders =
        ["NUMBER", "TIME", "OUTCOME", "USER", "ADDRESS", "SESSION", "TOKEN", "REQUEST", "OBJECT", "EVENT", "MESSAGE"];

    public static string[] Row(EventModel e)
        => [QueryText.Of(e.Number)!, Times.Format(e.Time), e.User, e.Object, e.Id, e.Message];

    public static string[] WideRow(EventModel e)
        => [QueryText.Of(e.Number)!, Times.Format(e.Time), e.Outcome, e.User, e.Address, e.SessionId, e.TokenId, e.CorrelationId,
            e.Object, e.Id, e.Message];

    private static Option<string?> OutcomeOption()
    {
        var option = new Option<string?>("--outcome")
        {
            Description = $"Only events that came out so: {string.Join(", ", EventOutcomes.All)}.", HelpName = "OUTCOME",
        };
        option.AcceptOnlyFromAmong([.. EventOutcomes.All]);
        return option;
    }
}
