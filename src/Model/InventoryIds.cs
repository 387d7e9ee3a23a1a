namespace Lorica.Model;

/// <summary>Ids of the objects that every center has from its start.</summary>
public static class InventoryIds
{
    /// <summary>The root; its name, too.</summary>
    public const string Root = "root";

    /// <summary>The first datacenter.</summary>
    public const string FirstDatacenter = "datacenter-1";

    /// <summary>The first cluster, in it.</summary>
    public const string FirstCluster = "cluster-1";
}
