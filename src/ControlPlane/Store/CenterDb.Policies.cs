using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Store;

/// <summary>Tables of storage policies.</summary>
public sealed partial class CenterDb
{
    /// <summary>Storage policies of objects.</summary>
    public DbSet<PolicyAssociationRow> PolicyAssociations => Set<PolicyAssociationRow>();

    private static void ConfigurePolicies(ModelBuilder model) =>
        model.Entity<PolicyAssociationRow>().ToTable("policy_associations").HasKey(p => p.ObjectId);
}
