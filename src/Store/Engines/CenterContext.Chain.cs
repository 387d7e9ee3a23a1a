using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>
/// Events get their number and hash when they are saved: inside the transaction of the writer, which SQLite gives to one at a
/// time, also among processes. So the chain has no gap and no fork, however many write.
/// </summary>
internal sealed partial class CenterContext
{
    /// <inheritdoc />
    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("The store writes asynchronously.");

    /// <inheritdoc />
    public override async Task<int> SaveChangesAsync(
        bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        await ChainAsync(cancellationToken);
        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    private async Task ChainAsync(CancellationToken ct)
    {
        List<EventRow> added = [.. ChangeTracker.Entries<EventRow>()
            .Where(e => e.State == EntityState.Added).Select(e => e.Entity)];
        if (added.Count == 0)
        {
            return;
        }

        if (Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("Events are written in a transaction only: the chain has one writer.");
        }

        var head = await EventHead.AsTracking().SingleAsync(ct);
        foreach (var row in added)
        {
            row.Number = head.Number + 1;
            row.Hash = EventMapping.Hash(head.Hash, row);
            (head.Number, head.Hash) = (row.Number, row.Hash);
        }
    }
}
