using System.Diagnostics;

namespace Lorica.Testing;

/// <summary>
/// Waits for what another process or thread does and no event tells: looks again and again, first after a millisecond, later
/// less often. The one place where tests let time go by.
/// </summary>
public static class Wait
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1), Longest = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns once <paramref name="holds"/>.</summary>
    /// <param name="holds">Looks; may make time go on in the tested part.</param>
    /// <param name="what">What is waited for: "the host has forgotten the VM". The failure says it.</param>
    /// <param name="seconds">The patience; a machine under load is slow.</param>
    /// <param name="now">What there is instead, for the failure.</param>
    /// <exception cref="TimeoutException">It did not come to hold in time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what, int seconds = 60, Func<string>? now = null)
    {
        var watch = Stopwatch.StartNew();
        var pause = Shortest;
        while (!await holds())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
                throw new TimeoutException($"Not within {seconds} s: {what}.{(now is null ? "" : $" There is: {now()}")}");
            await Task.Delay(pause);
            pause = pause * 2 < Longest ? pause * 2 : Longest;
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, string, int, Func{string}?)"/>
    public static Task UntilAsync(Func<bool> holds, string what, int seconds = 60, Func<string>? now = null) =>
        UntilAsync(() => Task.FromResult(holds()), what, seconds, now);

    /// <summary>Never ends but by <paramref name="ct"/>: what hangs, until somebody gives up.</summary>
    public static Task ForeverAsync(CancellationToken ct) => Task.Delay(Timeout.Infinite, ct);
}
