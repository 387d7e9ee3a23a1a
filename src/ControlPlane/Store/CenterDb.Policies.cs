using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Store;

/// <summary>Tables of storage policies.</summary>
public sealed partial class CenterDb
{
    /// <summary>Storage policies that somebody made.</summary>
    public DbSet<PolicyRow> Policies => Set<PolicyRow>();

    /// <summary>Storage policies of objects.</summary>
    public DbSet<PolicyAssociationRow> PolicyAssociations => Set<PolicyAssociationRow>();

    /// <summary>Tags on datastores.</summary>
    public DbSet<DatastoreTagRow> DatastoreTags => Set<DatastoreTagRow>();

    private static void ConfigurePolicies(ModelBuilder model)
    {
        model.Entity<PolicyRow>().ToTable("policies").HasKey(p => p.Id);
        model.Entity<PolicyAssociationRow>().ToTable("policy_associations").HasKey(p => p.ObjectId);
        model.Entity<DatastoreTagRow>().ToTable("datastore_tags").HasKey(t => new { t.Datastore, t.Tag });
    }
}
