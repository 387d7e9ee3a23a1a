namespace Lorica.Store.Rows;

/// <summary>An object and when it was changed last. Triggers of the database write it.</summary>
public sealed class ChangeRow
{
    /// <summary>Number of the change, rising over all objects.</summary>
    public long Number { get; init; }

    /// <summary>One of <see cref="Model.ChangeKinds"/>.</summary>
    public required string ObjectKind { get; init; }

    /// <summary>Id of the object; empty for a list that is looked at as a whole.</summary>
    public required string ObjectId { get; init; }
}
