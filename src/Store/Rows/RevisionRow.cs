namespace Lorica.Store.Rows;

/// <summary>How often what people may edit was changed, seen over all objects.</summary>
public sealed class RevisionRow
{
    /// <summary>One of <see cref="Model.ObjectKinds"/>.</summary>
    public required string ObjectKind { get; set; }

    /// <summary>Id of the object.</summary>
    public required string ObjectId { get; set; }

    /// <summary>Number of the last change, rising over all objects.</summary>
    public long Number { get; set; }
}
