namespace Lorica.Store.Rows;

/// <summary>A tag on a datastore.</summary>
public sealed class DatastoreTagRow
{
    /// <summary>Datastore by name.</summary>
    public required string Datastore { get; set; }

    /// <summary>The tag; compared without case.</summary>
    public required string Tag { get; set; }
}
