using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Store;

/// <summary>Tables of key providers and keys.</summary>
public sealed partial class CenterDb
{
    /// <summary>Key records.</summary>
    public DbSet<KeyRecordRow> KeyRecords => Set<KeyRecordRow>();

    /// <summary>Key providers.</summary>
    public DbSet<ProviderRow> Providers => Set<ProviderRow>();

    private static void ConfigureKeys(ModelBuilder model)
    {
        model.Entity<KeyRecordRow>().ToTable("key_records").HasKey(k => k.Number);
        model.Entity<ProviderRow>().ToTable("providers").HasKey(p => p.Name);
    }
}
