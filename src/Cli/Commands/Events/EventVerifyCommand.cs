using System.CommandLine;
using System.Globalization;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Events;

/// <summary>
/// <c>lorica event verify</c>: walks the chain of events here, not at the center; of a file too. A head that was noted before
/// shows
/// whether the end was cut off or the whole was written anew.
/// </summary>
internal static class EventVerifyCommand
{
    public static Command Create(CliContext cli)
    {
        var file = new Argument<FileInfo?>("FILE")
        {
            Description = "Lines of `lorica event export`; without it the center's own log.", Arity = ArgumentArity.ZeroOrOne,
        };
        var head = new Option<string?>("--head")
        {
            Description = "A head that was printed before: the log must still contain it.", HelpName = "NUMBER:HASH",
        };
        var command = new Command("verify", "Check that no audit event was changed or is missing.") { file, head };
        command.Examples(
            ("the center's log; note the head that it prints, elsewhere", "lorica event verify"),
            ("later: nothing before it was touched", "lorica event verify --head 1041:5e884898da28…"),
            ("an export, without a center", "lorica event verify events.jsonl"));
        command.SetAction(async (parsed, ct) =>
        {
            var known = parsed.GetValue(head) is { } text ? KnownHead.Parse(text) : null;
            var check = new EventChainCheck();
            if (parsed.GetValue(file) is { } path)
                await WalkAsync(check, File.ReadLinesAsync(path.FullName, ct), known);
            else
                await WalkCenterAsync(cli, check, known, ct);
            if (known is { Seen: false })
                check.Fail($"It does not contain the head {known.Number}:{known.Hash}.");
            var found = new EventHeadModel(check.Number, check.Hash, check.Trouble is null, check.Trouble);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(found, RestJson.Default.EventHeadModel);
            }
            else if (check.Trouble is null)
            {
                cli.Terminal.Line(string.Create(
                    CultureInfo.InvariantCulture, $"{check.Count} events, all in order. Head: {check.Number}:{check.Hash}"));
            }

            if (check.Trouble is { } trouble)
            {
                throw new CliException(ExitCode.Refused, "The log of events is not whole: " + trouble,
                    $"The last event in order is {QueryText.Of(check.Number)}. Compare with an export or a backup from before.");
            }
        });
        return command;
    }

    private static async Task WalkCenterAsync(CliContext cli, EventChainCheck check, KnownHead? known, CancellationToken ct)
    {
        using var center = cli.Center();
        var head = await center.EventHeadAsync(verify: false, ct);
        await WalkAsync(check, center.EventLinesAsync("export?after=0", ct), known, fromStart: true);
        if (check.Number < head.Number)
            check.Fail($"It ends with event {check.Number}, and the center says that {head.Number} is the last.");
    }

    private static async Task WalkAsync(
        EventChainCheck check, IAsyncEnumerable<string> lines, KnownHead? known, bool fromStart = false)
    {
        await foreach (string line in lines)
        {
            if (line.Length == 0)
                continue;
            var e = EventLine.Parse(line);
            if (fromStart && check.Count == 0 && e.Number != 1)
                check.Fail($"Events 1 to {e.Number - 1} are missing.");
            if (!check.Next(e))
                return;
            known?.Look(e);
        }
    }
}
