using Grpc.Core;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// Whether a host that was not heard is asked again, and when. Refusals are never asked about again, but for
/// <see cref="AwaitsItself"/>.
/// </summary>
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
        new(TimeSpan.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), TimeSpan.MaxValue)
        {
            AtLeast = HostDeadlines.WorkLook, Grows = true, AwaitsItself = true,
        };

    /// <summary>How many attempts there are.</summary>
    public int Attempts { get; init; } = int.MaxValue;

    /// <summary>Lengthens the deadline of each attempt.</summary>
    public TimeSpan AtLeast { get; init; }

    /// <summary>Whether each attempt that was too slow gives the next one twice its time.</summary>
    public bool Grows { get; init; }

    /// <summary>
    /// Whether a host that refuses since another call works on the VM is asked again when an attempt before was lost: that is the
    /// one that works there.
    /// </summary>
    public bool AwaitsItself { get; init; }

    /// <summary>Whether what is asked may have been asked before, by who was not here to hear the answer.</summary>
    public bool AskedBefore { get; init; }

    /// <summary>How many attempts were too slow before the first one here.</summary>
    public int SlowBefore { get; init; }

    /// <summary>Told before each pause.</summary>
    public Func<CancellationToken, Task>? Waiting { get; init; }

    /// <summary>Each second for so long.</summary>
    public static HostPatience For(TimeSpan total) =>
        new(TimeSpan.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), total) { AtLeast = HostDeadlines.WorkLook };

    /// <summary>Never again here: the work comes round by itself, and so many attempts of it were too slow.</summary>
    public static HostPatience Round(int slow) =>
        None with { AtLeast = HostDeadlines.WorkLook, Grows = true, SlowBefore = slow };

    /// <summary>How long the host gets, after <paramref name="slow"/> attempts here that were too slow.</summary>
    public TimeSpan Within(TimeSpan deadline, int slow)
    {
        var within = deadline > AtLeast ? deadline : AtLeast;
        for (int n = SlowBefore + slow; Grows && n > 0 && within < HostDeadlines.Slowest; n--)
        {
            within = within * 2 < HostDeadlines.Slowest ? within * 2 : HostDeadlines.Slowest;
        }

        return within < AtMost ? within : AtMost;
    }

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
