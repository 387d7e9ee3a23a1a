using Grpc.Core;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Whether a host that was not heard is asked again, and when. Refusals are never asked about again.</summary>
/// <param name="AtMost">Shortens the deadline of each attempt.</param>
/// <param name="FirstPause">Pause after the first attempt; it doubles up to <paramref name="LongestPause"/>.</param>
/// <param name="LongestPause">Longest pause.</param>
/// <param name="Total">Nothing is asked again after so long.</param>
/// <param name="Slow">Whether one that was too slow is asked again, too.</param>
internal sealed record HostPatience(
    TimeSpan AtMost, TimeSpan FirstPause, TimeSpan LongestPause, TimeSpan Total, bool Slow = true)
{
    /// <summary>Never again.</summary>
    public static HostPatience None { get; } = new(TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>
    /// Again at once, a single time: a connection that a restart of the host has left behind breaks at its next use.
    /// </summary>
    public static HostPatience Twice { get; } = None with { Slow = false, Attempts = 2, Total = TimeSpan.MaxValue };

    /// <summary>For ever.</summary>
    public static HostPatience Endless { get; } =
        new(TimeSpan.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), TimeSpan.MaxValue);

    /// <summary>How many attempts there are.</summary>
    public int Attempts { get; init; } = int.MaxValue;

    /// <summary>Told before each pause.</summary>
    public Func<CancellationToken, Task>? Waiting { get; init; }

    /// <summary>Each second for so long.</summary>
    public static HostPatience For(TimeSpan total) =>
        new(TimeSpan.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), total);

    /// <summary>Whether there is another attempt after <paramref name="attempts"/>, of which the last ended so.</summary>
    public bool HasMore(int attempts, StatusCode last, TimeSpan elapsed) =>
        attempts < Attempts && elapsed < Total && (Slow || last != StatusCode.DeadlineExceeded);

    /// <summary>The pause before the attempt after <paramref name="attempts"/>.</summary>
    public TimeSpan PauseAfter(int attempts)
    {
        var pause = FirstPause;
        for (int i = 1; i < attempts && pause < LongestPause; i++)
        {
            pause *= 2;
        }

        return pause < LongestPause ? pause : LongestPause;
    }
}
