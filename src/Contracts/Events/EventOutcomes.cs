namespace Lorica.Contracts.Events;

/// <summary>The words of <see cref="EventOutcome"/>: what stands in the database, in REST and in the hash of an event.</summary>
public static class EventOutcomes
{
    /// <summary>All words.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<EventOutcome>().Select(ToWord)];

    /// <summary>The word of an outcome.</summary>
    public static string ToWord(this EventOutcome outcome) => outcome switch
    {
        EventOutcome.Succeeded => "succeeded",
        EventOutcome.Failed => "failed",
        EventOutcome.Refused => "refused",
        EventOutcome.Begun => "begun",
        EventOutcome.Noticed => "noticed",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "There is no such outcome."),
    };
}
