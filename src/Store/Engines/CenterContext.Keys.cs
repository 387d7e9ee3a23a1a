using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>Tables of key providers and keys.</summary>
internal sealed partial class CenterContext
{
    /// <summary>Key records.</summary>
    public DbSet<KeyRecordRow> KeyRecords => Set<KeyRecordRow>();

    /// <summary>Key providers.</summary>
    public DbSet<ProviderRow> Providers => Set<ProviderRow>();

    /// <summary>Keys made ahead, removed by force, or checked.</summary>
    public DbSet<KeyRow> Keys => Set<KeyRow>();

    /// <summary>Daily checks.</summary>
    public DbSet<DailyCheckRow> DailyChecks => Set<DailyCheckRow>();

    private static void ConfigureKeys(ModelBuilder model)
    {
        model.Entity<KeyRecordRow>().ToTable("key_records").HasKey(k => k.Number);
        model.Entity<KeyRow>().ToTable("keys").HasKey(k => new { k.Provider, k.KeyId });
        model.Entity<DailyCheckRow>().ToTable("daily_checks").HasKey(d => d.Name);
        model.Entity<ProviderRow>().ToTable("providers").HasKey(p => p.Name);
    }
}
