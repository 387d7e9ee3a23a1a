using Lorica.Model;
using Lorica.Store;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Audit;

/// <summary>
/// Refused operations as audit events, and no more of them than somebody can read, however often one caller tries:
/// <code>
/// first refusal of a caller for a privilege at an object ──► an event, before the refusal is answered
/// the same again within <see cref="Window"/> ──────────────► counted; one event with the count when the window is over
/// more than <see cref="MaximumSubjects"/> subjects of a user ► counted; one event for all of them when the window is over
/// </code>
/// So one user leaves at most 2 × <see cref="MaximumSubjects"/> + 1 events a window. A caller is a user at an address with a
/// session or token: who comes from elsewhere is told of at once. What is counted and not told yet is lost when a center is
/// killed.
/// </summary>
public sealed partial class RefusalLog(EventLog events, TimeProvider time, ILogger<RefusalLog> log)
{
    /// <summary>How long refusals are counted together, from the first one of a user.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    /// <summary>Most callers × privileges × objects of one user that are told of by themselves in a window.</summary>
    public const int MaximumSubjects = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RefusalWindow> _windows = new(StringComparer.Ordinal);

    /// <summary>
    /// Notes a refusal. Returns when its event is written, or counted; a database that fails does not turn the refusal into
    /// another answer. Never call it inside a unit of work of the store: it writes in one of its own.
    /// </summary>
    /// <param name="eventId">One of <see cref="EventIds"/>.</param>
    /// <param name="caller">Who was refused.</param>
    /// <param name="privilege">What they do not hold.</param>
    /// <param name="target">Where they do not hold it.</param>
    /// <param name="message">One sentence.</param>
    public async Task NoteAsync(string eventId, Caller caller, string privilege, ObjectRef target, string message)
    {
        RefusalWindow? over = null;
        var refusal = new RefusalTally(eventId, caller, privilege, target, message);
        bool first;
        lock (_gate)
        {
            if (_windows.TryGetValue(caller.User, out var window) && window.EndsAt <= time.GetUtcNow())
            {
                _windows.Remove(caller.User);
                (over, window) = (window, null);
            }

            if (window is null)
            {
                _windows[caller.User] = window = new RefusalWindow(caller.User, time.GetUtcNow() + Window);
            }

            first = window.Count(refusal);
        }

        if (over is not null)
        {
            await TellAsync(over);
        }

        if (first)
        {
            await WriteAsync(refusal, message);
        }
    }

    /// <summary>Tells what was counted in windows that are over; in all of them with <paramref name="all"/>.</summary>
    public async Task TellAsync(bool all)
    {
        List<RefusalWindow> over;
        lock (_gate)
        {
            over = [.. _windows.Values.Where(w => all || w.EndsAt <= time.GetUtcNow())];
            foreach (var window in over)
            {
                _windows.Remove(window.User);
            }
        }

        foreach (var window in over)
        {
            await TellAsync(window);
        }
    }

    private async Task TellAsync(RefusalWindow window)
    {
        foreach (var tally in window.Tallies.Where(t => t.More > 0))
        {
            await WriteAsync(tally, $"{tally.Message} So {tally.More} more times within a minute.");
        }

        if (window.Beyond is { } beyond)
        {
            await WriteAsync(beyond, $"{window.User} was refused {beyond.More} more times within a minute, for other privileges "
                + "or at other objects.");
        }
    }

    private async Task WriteAsync(RefusalTally refusal, string message)
    {
        try
        {
            await events.AddAsync(refusal.EventId, refusal.Caller, refusal.Target, message, CancellationToken.None);
        }
        catch (Exception e) when (CenterStore.IsFailure(e) || CenterStore.IsDuplicate(e) || e is ObjectDisposedException)
        {
            LogLost(log, e, message);
        }
    }

    [LoggerMessage(2405, LogLevel.Warning, "The event of a refusal could not be written: {Message}")]
    private static partial void LogLost(ILogger log, Exception e, string message);
}
