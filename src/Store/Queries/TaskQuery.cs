namespace Lorica.Store.Queries;

/// <summary>Which tasks are asked for; what is null does not matter.</summary>
public sealed record TaskQuery
{
    /// <summary>Most tasks of one page.</summary>
    public const int MaximumLimit = 500;

    /// <summary>Stands for every state in which a task has not ended.</summary>
    public const string Unfinished = "unfinished";

    /// <summary>State, or <see cref="Unfinished"/>.</summary>
    public string? State { get; init; }

    /// <summary>Kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Id or name of the object.</summary>
    public string? Object { get; init; }

    /// <summary>Who asked.</summary>
    public string? User { get; init; }

    /// <summary>Task of which they are parts.</summary>
    public string? Parent { get; init; }

    /// <summary>Begun at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Begun before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Most tasks of the page.</summary>
    public int Limit { get; init; } = MaximumLimit;

    /// <summary>Where the page before ended.</summary>
    public string? Cursor { get; init; }
}
