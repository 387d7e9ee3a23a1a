using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>Tables of storage policies.</summary>
internal sealed partial class CenterContext
{
    /// <summary>Storage policies that somebody made.</summary>
    public DbSet<PolicyRow> Policies => Set<PolicyRow>();

    /// <summary>Storage policies of objects.</summary>
    public DbSet<PolicyAssociationRow> PolicyAssociations => Set<PolicyAssociationRow>();

    /// <summary>Tags on datastores.</summary>
    public DbSet<DatastoreTagRow> DatastoreTags => Set<DatastoreTagRow>();

    /// <summary>VMs of policies that are applied to many.</summary>
    public DbSet<PolicyBatchItemRow> PolicyBatchItems => Set<PolicyBatchItemRow>();

    /// <summary>Settings of the center.</summary>
    public DbSet<CenterSettingRow> CenterSettings => Set<CenterSettingRow>();

    /// <summary>VMs in which KMSs run.</summary>
    public DbSet<ProviderGuestRow> ProviderGuests => Set<ProviderGuestRow>();

    /// <summary>What outages of keys have led to.</summary>
    public DbSet<OutageActRow> OutageActs => Set<OutageActRow>();

    private static void ConfigurePolicies(ModelBuilder model)
    {
        model.Entity<PolicyRow>().ToTable("policies").HasKey(p => p.Id);
        model.Entity<PolicyAssociationRow>().ToTable("policy_associations").HasKey(p => p.ObjectId);
        model.Entity<PolicyBatchItemRow>().ToTable("policy_batch_items").HasKey(i => new { i.TaskId, i.Number });
        model.Entity<CenterSettingRow>().ToTable("center_settings").HasKey(s => s.Name);
        model.Entity<ProviderGuestRow>().ToTable("provider_guests").HasKey(g => g.Provider);
        model.Entity<OutageActRow>().ToTable("outage_acts").HasKey(a => a.VmId);
        model.Entity<DatastoreTagRow>().ToTable("datastore_tags").HasKey(t => new { t.Datastore, t.Tag });
    }
}
