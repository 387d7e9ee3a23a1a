using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>Tables of VMs that come and go.</summary>
internal sealed partial class CenterContext
{
    /// <summary>VMs that were unregistered.</summary>
    public DbSet<KnownVmRow> KnownVms => Set<KnownVmRow>();

    private static void ConfigureLifecycle(ModelBuilder model) =>
        model.Entity<KnownVmRow>().ToTable("known_vms").HasKey(k => k.VmId);
}
