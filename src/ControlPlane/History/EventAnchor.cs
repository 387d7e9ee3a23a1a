using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Background;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.History;

/// <summary>
/// Looks through the log of events at start, then keeps its head apart from the database: in <see cref="EventHeadFile"/> and,
/// now and then, in the center's own log, which usually goes to another machine. A log that is broken, or does not contain the
/// head that was kept, raises an alarm; the kept head is then left as it is, as evidence.
/// </summary>
public sealed partial class EventAnchor(
    EventService events, EventLog log, CenterStore store, AlarmStore alarms, ILogger<EventAnchor> logger) : BackgroundJob
{
    private const int TellEvery = 1000;

    private bool? _whole;
    private EventHeadModel _kept = new(0, "");
    private long _told;

    /// <inheritdoc />
    public override string Name => "event-head";

    /// <inheritdoc />
    public override TimeSpan Period => TimeSpan.FromSeconds(10);

    /// <summary>The file lies in the state folder of the process.</summary>
    public override bool EachProcess => true;

    /// <inheritdoc />
    public override Task<TimeSpan> FirstAsync(CancellationToken ct) => Task.FromResult(TimeSpan.Zero);

    /// <inheritdoc />
    public override async Task RunAsync(CancellationToken ct)
    {
        _whole ??= await VerifyAsync(ct);
        if (_whole == true)
        {
            await KeepAsync(ct);
            if (_kept.Number - _told >= TellEvery)
            {
                Tell();
            }
        }
    }

    /// <summary>Keeps the head of now.</summary>
    public override async Task StopAsync()
    {
        if (_whole == true)
        {
            await KeepAsync(CancellationToken.None);
            Tell();
        }
    }

    private async Task<bool> VerifyAsync(CancellationToken ct)
    {
        var found = await events.VerifyAsync(ct);
        string? trouble = found.Trouble ?? await CompareAsync(ct);
        if (trouble is null)
        {
            LogHead(logger, found.Number, found.Hash);
            await alarms.ClearAsync(AlarmIds.EventLogBroken, ObjectRef.Root.Id, ct);
            return true;
        }

        LogBroken(logger, trouble);
        await alarms.RaiseAsync(AlarmIds.EventLogBroken, ObjectRef.Root, AlarmSeverity.Critical,
            $"The log of events is not whole: {trouble} Compare it with an export or a backup; then move "
                + $"{EventHeadFile.Name} away.", ct);
        return false;
    }

    /// <summary>Whether the log contains the head that was kept.</summary>
    private async Task<string?> CompareAsync(CancellationToken ct)
    {
        try
        {
            if (await EventHeadFile.ReadAsync(store.Folder, ct) is not { Number: > 0 } kept)
            {
                return null;
            }

            var there = await log.ListAsync(new EventQuery { After = kept.Number - 1, Limit = 1 }, ct);
            return there is [{ } e] && e.Number == kept.Number && e.Hash == kept.Hash
                ? null
                : $"It does not contain event {kept.Number} ({kept.Hash}), which was there before.";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private async Task KeepAsync(CancellationToken ct)
    {
        var head = await log.HeadAsync(ct);
        if (head.Number != _kept.Number)
        {
            await EventHeadFile.WriteAsync(store.Folder, head, ct);
        }

        _kept = head;
    }

    private void Tell()
    {
        LogHead(logger, _kept.Number, _kept.Hash);
        _told = _kept.Number;
    }

    [LoggerMessage(2401, LogLevel.Information, "Events: head {Number}:{Hash}")]
    private static partial void LogHead(ILogger logger, long number, string hash);

    [LoggerMessage(2402, LogLevel.Error, "The log of events is not whole: {Trouble}")]
    private static partial void LogBroken(ILogger logger, string trouble);
}
