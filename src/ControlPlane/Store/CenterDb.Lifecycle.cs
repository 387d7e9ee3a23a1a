using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Store;

/// <summary>Tables of VMs that come and go.</summary>
public sealed partial class CenterDb
{
    /// <summary>VMs that were unregistered.</summary>
    public DbSet<KnownVmRow> KnownVms => Set<KnownVmRow>();

    private static void ConfigureLifecycle(ModelBuilder model) =>
        model.Entity<KnownVmRow>().ToTable("known_vms").HasKey(k => k.VmId);
}
