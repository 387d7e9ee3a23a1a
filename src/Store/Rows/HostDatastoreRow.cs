namespace Lorica.Store.Rows;

/// <summary>A datastore as one host last told of it.</summary>
public sealed class HostDatastoreRow
{
    /// <summary>Host.</summary>
    public required string HostId { get; set; }

    /// <summary>Name in the host's configuration.</summary>
    public required string Name { get; set; }

    /// <summary>Id of the marker file; empty when the host could not read it.</summary>
    public required string DatastoreId { get; set; }

    /// <summary>Folder on the host.</summary>
    public required string Path { get; set; }

    /// <summary>Bytes.</summary>
    public long Capacity { get; set; }

    /// <summary>Bytes.</summary>
    public long Free { get; set; }

    /// <summary>Why the host cannot use it; empty when it can.</summary>
    public string Problem { get; set; } = "";
}
