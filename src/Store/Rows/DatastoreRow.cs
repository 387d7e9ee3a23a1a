namespace Lorica.Store.Rows;

/// <summary>A datastore, recognised by the id in its marker file.</summary>
public sealed class DatastoreRow
{
    /// <summary>Id of the marker file.</summary>
    public required string Id { get; set; }

    /// <summary>Name, the same on each host and nowhere else.</summary>
    public required string Name { get; set; }
}
