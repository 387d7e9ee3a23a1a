using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Store;

/// <summary>Tables of the inventory.</summary>
public sealed partial class CenterDb
{
    /// <summary>VMs.</summary>
    public DbSet<VmRow> Vms => Set<VmRow>();

    /// <summary>Hosts.</summary>
    public DbSet<HostRow> Hosts => Set<HostRow>();

    /// <summary>Root, datacenters, clusters, folders.</summary>
    public DbSet<ContainerRow> Containers => Set<ContainerRow>();

    private static void ConfigureInventory(ModelBuilder model)
    {
        model.Entity<VmRow>().ToTable("vms").HasKey(v => v.Id);
        model.Entity<HostRow>().ToTable("hosts").HasKey(h => h.Id);
        model.Entity<ContainerRow>().ToTable("containers").HasKey(c => c.Id);
    }
}
