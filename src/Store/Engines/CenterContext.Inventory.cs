using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>Tables of the inventory.</summary>
internal sealed partial class CenterContext
{
    /// <summary>VMs.</summary>
    public DbSet<VmRow> Vms => Set<VmRow>();

    /// <summary>Hosts.</summary>
    public DbSet<HostRow> Hosts => Set<HostRow>();

    /// <summary>Root, datacenters, clusters, folders.</summary>
    public DbSet<ContainerRow> Containers => Set<ContainerRow>();

    /// <summary>Hosts of the configuration as they were last taken over.</summary>
    public DbSet<HostSeedRow> HostSeeds => Set<HostSeedRow>();

    /// <summary>Datastores.</summary>
    public DbSet<DatastoreRow> Datastores => Set<DatastoreRow>();

    /// <summary>Datastores as hosts see them.</summary>
    public DbSet<HostDatastoreRow> HostDatastores => Set<HostDatastoreRow>();

    private static void ConfigureInventory(ModelBuilder model)
    {
        model.Entity<VmRow>().ToTable("vms").HasKey(v => v.Id);
        model.Entity<HostRow>().ToTable("hosts").HasKey(h => h.Id);
        model.Entity<HostSeedRow>().ToTable("host_seeds").HasKey(s => s.Id);
        model.Entity<DatastoreRow>().ToTable("datastores").HasKey(d => d.Id);
        model.Entity<HostDatastoreRow>().ToTable("host_datastores").HasKey(d => new { d.HostId, d.Name });
        model.Entity<ContainerRow>().ToTable("containers").HasKey(c => c.Id);
    }
}
