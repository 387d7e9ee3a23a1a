using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Store;

/// <summary>
/// The one context over the center's database. Nothing in it depends on the engine: another one brings its options and its
/// scripts (<see cref="SchemaScripts"/>). Times are Unix milliseconds and ids are lower-case text, so that engines agree about
/// both.
/// </summary>
public sealed class CenterDb(DbContextOptions<CenterDb> options) : DbContext(options)
{
    /// <summary>VMs.</summary>
    public DbSet<VmRow> Vms => Set<VmRow>();

    /// <summary>Key records.</summary>
    public DbSet<KeyRecordRow> KeyRecords => Set<KeyRecordRow>();

    /// <summary>Storage policies of objects.</summary>
    public DbSet<PolicyAssociationRow> PolicyAssociations => Set<PolicyAssociationRow>();

    /// <summary>Tasks.</summary>
    public DbSet<TaskRow> Tasks => Set<TaskRow>();

    /// <summary>Audit events.</summary>
    public DbSet<EventRow> Events => Set<EventRow>();

    /// <summary>Key providers.</summary>
    public DbSet<ProviderRow> Providers => Set<ProviderRow>();

    /// <summary>Hosts.</summary>
    public DbSet<HostRow> Hosts => Set<HostRow>();

    /// <summary>Users.</summary>
    public DbSet<UserRow> Users => Set<UserRow>();

    /// <summary>Sessions.</summary>
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    /// <inheritdoc />
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<VmRow>().ToTable("vms").HasKey(v => v.Id);
        modelBuilder.Entity<KeyRecordRow>().ToTable("key_records").HasKey(k => k.Number);
        modelBuilder.Entity<PolicyAssociationRow>().ToTable("policy_associations").HasKey(p => p.ObjectId);
        modelBuilder.Entity<TaskRow>().ToTable("tasks").HasKey(t => t.Id);
        modelBuilder.Entity<EventRow>().ToTable("events").HasKey(e => e.Number);
        modelBuilder.Entity<ProviderRow>().ToTable("providers").HasKey(p => p.Name);
        modelBuilder.Entity<HostRow>().ToTable("hosts").HasKey(h => h.Id);
        modelBuilder.Entity<UserRow>().ToTable("users").HasKey(u => u.Name);
        modelBuilder.Entity<SessionRow>().ToTable("sessions").HasKey(s => s.TokenHash);

        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static string SnakeCase(string name)
    {
        var result = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && result.Length > 0)
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(c));
        }

        return result.ToString();
    }
}
