namespace Lorica.Store.Queries;

/// <summary>Which events are asked for; what is null does not matter.</summary>
public sealed record EventQuery
{
    /// <summary>Most events of one page.</summary>
    public const int MaximumLimit = 1000;

    /// <summary>Those after this number, in ascending order; null for the last ones.</summary>
    public long? After { get; init; }

    /// <summary>Id, or its beginning followed by <c>*</c>.</summary>
    public string? Id { get; init; }

    /// <summary>Id or name of the object.</summary>
    public string? Object { get; init; }

    /// <summary>Who.</summary>
    public string? User { get; init; }

    /// <summary>Word of a <see cref="Contracts.Events.EventOutcome"/>.</summary>
    public string? Outcome { get; init; }

    /// <summary>At this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Most events of the page.</summary>
    public int Limit { get; init; } = MaximumLimit;
}
