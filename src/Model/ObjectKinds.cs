namespace Lorica.Model;

/// <summary>Kinds of objects in the inventory, and of those that hang at its root.</summary>
public static class ObjectKinds
{
    /// <summary>The one root.</summary>
    public const string Root = "root";

    /// <summary>Datacenter, below the root.</summary>
    public const string Datacenter = "datacenter";

    /// <summary>Cluster of hosts, below a datacenter.</summary>
    public const string Cluster = "cluster";

    /// <summary>Folder of VMs, below a datacenter or a folder.</summary>
    public const string Folder = "folder";

    /// <summary>Host, below a cluster or a datacenter.</summary>
    public const string Host = "host";

    /// <summary>VM, below a folder or a datacenter.</summary>
    public const string Vm = "vm";

    /// <summary>Datastore, below a datacenter.</summary>
    public const string Datastore = "datastore";

    /// <summary>Storage policy; privileges are checked at the root.</summary>
    public const string Policy = "policy";

    /// <summary>Key provider; privileges are checked at the root.</summary>
    public const string Provider = "provider";

    /// <summary>Key; privileges are checked at the root.</summary>
    public const string Key = "key";

    /// <summary>Person, group, role or token; privileges are checked at the root.</summary>
    public const string Principal = "principal";
}
