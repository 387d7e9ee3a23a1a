using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Store;

/// <summary>Tables of people and what they may.</summary>
public sealed partial class CenterDb
{
    /// <summary>Users.</summary>
    public DbSet<UserRow> Users => Set<UserRow>();

    /// <summary>Sessions.</summary>
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    private static void ConfigureAccess(ModelBuilder model)
    {
        model.Entity<UserRow>().ToTable("users").HasKey(u => u.Name);
        model.Entity<SessionRow>().ToTable("sessions").HasKey(s => s.TokenHash);
    }
}
