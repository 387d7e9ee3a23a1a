namespace Lorica.Store.Rows;

/// <summary>A node of the inventory tree that holds others: root, datacenter, cluster, folder.</summary>
public sealed class ContainerRow
{
    /// <summary>Id.</summary>
    public required string Id { get; set; }

    /// <summary>One of <see cref="Model.ObjectKinds"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>Display name, unique among its siblings without case.</summary>
    public required string Name { get; set; }

    /// <summary>Container above; empty for the root.</summary>
    public required string ParentId { get; set; }
}
