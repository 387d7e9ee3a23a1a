using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>Tables of tasks, events and alarms.</summary>
internal sealed partial class CenterContext
{
    /// <summary>Tasks.</summary>
    public DbSet<TaskRow> Tasks => Set<TaskRow>();

    /// <summary>Audit events.</summary>
    public DbSet<EventRow> Events => Set<EventRow>();

    /// <summary>Alarms.</summary>
    public DbSet<AlarmRow> Alarms => Set<AlarmRow>();

    /// <summary>The head of the events' chain; one row.</summary>
    public DbSet<EventHeadRow> EventHead => Set<EventHeadRow>();

    /// <summary>Creations that may be repeated.</summary>
    public DbSet<IdempotencyRow> IdempotencyKeys => Set<IdempotencyRow>();

    /// <summary>Revisions of what people edit.</summary>
    public DbSet<RevisionRow> Revisions => Set<RevisionRow>();

    /// <summary>What changed last.</summary>
    public DbSet<ChangeRow> Changes => Set<ChangeRow>();

    private static void ConfigureTasks(ModelBuilder model)
    {
        model.Entity<TaskRow>().ToTable("tasks").HasKey(t => t.Id);
        model.Entity<EventRow>().ToTable("events").HasKey(e => e.Number);
        model.Entity<EventHeadRow>().ToTable("event_head").HasKey(h => h.Id);
        model.Entity<IdempotencyRow>().ToTable("idempotency_keys").HasKey(i => new { i.UserName, i.Key });
        model.Entity<RevisionRow>().ToTable("revisions").HasKey(r => new { r.ObjectKind, r.ObjectId });
        model.Entity<ChangeRow>().ToTable("changes").HasKey(c => c.Number);
        model.Entity<AlarmRow>().ToTable("alarms").HasKey(a => a.Number);
    }
}
