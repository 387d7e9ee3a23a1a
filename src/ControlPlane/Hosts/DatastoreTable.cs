using Lorica.Contracts.Host;
using Lorica.Contracts.Names;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Events;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// What hosts tell of their datastores. One id is one datastore, whichever hosts see it; it has one name. A host that has another
/// datastore under a name that is taken, or a datastore under another name than it has, cannot use it until its configuration is
/// put right: that is a problem of the host, said in an event.
/// </summary>
public sealed class DatastoreTable(EventLog events)
{
    private const int Maximum = 256, LongestName = 200, LongestId = 64;

    /// <summary>Takes over what a host tells, within a transaction.</summary>
    public async Task FollowAsync(CenterDb db, HostRow host, HostDescription description, CancellationToken ct)
    {
        var known = await db.HostDatastores.Where(d => d.HostId == host.Id).ToListAsync(ct);
        foreach (var gone in known.Where(k => description.Datastores.All(d => d.Name != k.Name)))
        {
            db.HostDatastores.Remove(gone);
        }

        foreach (var told in description.Datastores.Where(IsPossible).DistinctBy(d => d.Name).Take(Maximum))
        {
            var problem = told.Problem.Length > 0 || told.Id.Length == 0 ? told.Problem : await ClashAsync(db, told, ct);
            var row = known.Find(k => k.Name == told.Name);
            if (row is null)
            {
                row = new HostDatastoreRow { HostId = host.Id, Name = told.Name, DatastoreId = "", Path = "" };
                db.HostDatastores.Add(row);
            }

            if (problem.Length > 0 && row.Problem != EventText.Clean(problem))
            {
                events.Add(db, EventIds.DatastoreProblem, Caller.SystemName, told.Name, $"{host.Name}: {problem}");
            }

            (row.DatastoreId, row.Path, row.Capacity, row.Free, row.Problem) =
                (told.Id, EventText.Clean(told.Path), Math.Max(0, told.Capacity), Math.Max(0, told.Free),
                    EventText.Clean(problem));
        }
    }

    /// <summary>What no host has in its configuration is not taken from one.</summary>
    private static bool IsPossible(DatastoreDescription told) =>
        told.Name.Length is > 0 and <= LongestName && told.Id.Length <= LongestId
        && !told.Name.Any(c => c is '[' or ']' or '/' || char.IsControl(c));

    private static async Task<string> ClashAsync(CenterDb db, DatastoreDescription told, CancellationToken ct)
    {
        var same = db.Datastores.Local.FirstOrDefault(d => d.Id == told.Id)
            ?? await db.Datastores.FirstOrDefaultAsync(d => d.Id == told.Id, ct);
        if (same is not null)
        {
            return same.Name == told.Name ? ""
                : $"The datastore at {told.Path} is called {same.Name} elsewhere, not {told.Name}. Give it that name in the "
                    + "host's configuration.";
        }

        if (db.Datastores.Local.Any(d => d.Name == told.Name) || await db.Datastores.AnyAsync(d => d.Name == told.Name, ct))
        {
            return $"Another datastore is called {told.Name} already. Give the one at {told.Path} another name in the host's "
                + "configuration.";
        }

        if (!NameRule.Allows(told.Name))
        {
            return $"{NameRule.Text} Give the datastore at {told.Path} another one in the host's configuration.";
        }

        db.Datastores.Add(new DatastoreRow { Id = told.Id, Name = told.Name });
        return "";
    }
}
