using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.History;
using Lorica.Model;
using Lorica.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Background;

/// <summary>
/// Looks through the log of events at start, then keeps its head apart from the database: in <see cref="EventHeadFile"/> and,
/// now and
/// then, in the center's own log, which usually goes to another machine. A log that is broken, or does not contain the head
/// that was
/// kept, raises an alarm; the kept head is then left as it is, as evidence.
/// </summary>
public sealed partial class EventAnchor(
    EventService events, EventLog log, CenterStore store, AlarmStore alarms, TimeProvider time,
    ILogger<EventAnchor> logger) : BackgroundService
{
    private const int TellEvery = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield();
            if (await VerifyAsync(stoppingToken))
            {
                await KeepAsync(stoppingToken);
            }
        }
        catch (Exception e) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(logger, e.GetType().Name);
        }
        catch (Exception e)
        {
            LogFailed(logger, e);
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
        var kept = new EventHeadModel(0, "");
        long told = kept.Number;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                kept = await KeepAsync(kept, ct);
                if (kept.Number - told >= TellEvery)
                {
                    LogHead(logger, kept.Number, kept.Hash);
                    told = kept.Number;
                }
            }
            while (await timer.WaitForNextTickAsync(ct));
        }
        finally
        {
            kept = await KeepAsync(kept, CancellationToken.None);
            LogHead(logger, kept.Number, kept.Hash);
        }
    }

    private async Task<EventHeadModel> KeepAsync(EventHeadModel kept, CancellationToken ct)
    {
        var head = await log.HeadAsync(ct);
        if (head.Number != kept.Number)
        {
            await EventHeadFile.WriteAsync(store.Folder, head, ct);
        }

        return head;
    }

    [LoggerMessage(2401, LogLevel.Information, "Events: head {Number}:{Hash}")]
    private static partial void LogHead(ILogger logger, long number, string hash);

    [LoggerMessage(2402, LogLevel.Error, "The log of events is not whole: {Trouble}")]
    private static partial void LogBroken(ILogger logger, string trouble);

    [LoggerMessage(2403, LogLevel.Error, "The head of the log of events is not kept any more")]
    private static partial void LogFailed(ILogger logger, Exception e);

    [LoggerMessage(2404, LogLevel.Debug, "The log of events is left ({What})")]
    private static partial void LogStopped(ILogger logger, string what);
}
