using Lorica.Contracts.Names;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// What hosts tell of their datastores. One id is one datastore, whichever hosts see it; it has one name. A host that has another
/// datastore under a name that is taken, or a datastore under another name than it has, cannot use it until its configuration is
/// put right: that is a problem of the host, said in an event and in an alarm of the datastore, which ends when no host has one.
/// </summary>
public sealed class DatastoreTable(EventLog events, AlarmStore alarms)
{
    private const int Maximum = 256, LongestName = 200, LongestId = 64;

    /// <summary>Takes over what a host tells, within a transaction.</summary>
    public async Task FollowAsync(CenterDb db, HostRow host, HostFacts description, CancellationToken ct)
    {
        var known = await db.Datastores.SeenByAsync(host.Id, ct);
        foreach (var gone in known.Where(k => description.Datastores.All(d => d.Name != k.Name)))
        {
            db.Datastores.RemoveSeen(gone);
        }

        foreach (var told in description.Datastores.Where(IsPossible).DistinctBy(d => d.Name).Take(Maximum))
        {
            string problem = told.Problem.Length > 0 || told.Id.Length == 0 ? told.Problem : await ClashAsync(db, told, ct);
            var row = known.Find(k => k.Name == told.Name);
            if (row is null)
            {
                row = new HostDatastoreRow { HostId = host.Id, Name = told.Name, DatastoreId = "", Path = "" };
                db.Datastores.AddSeen(row);
            }

            if (problem.Length > 0 && row.Problem != EventText.Clean(problem))
            {
                events.Add(db, EventIds.DatastoreProblem, Caller.SystemName, told.Name, $"{host.Name}: {problem}");
            }

            (row.DatastoreId, row.Path, row.Capacity, row.Free, row.Problem) =
                (told.Id, EventText.Clean(told.Path), Math.Max(0, told.Capacity), Math.Max(0, told.Free),
                    EventText.Clean(problem));
        }

        await db.SaveAsync(ct);
        await AlarmAsync(db, [.. known.Select(k => k.Name), .. description.Datastores.Where(IsPossible).Select(d => d.Name)], ct);
    }

    /// <summary>Whether a host tells of its datastores otherwise than it did.</summary>
    public async Task<bool> DiffersAsync(CenterDb db, string hostId, HostFacts description, CancellationToken ct)
    {
        var known = await db.Datastores.SeenByAsync(hostId, ct);
        var told = description.Datastores.Where(IsPossible).DistinctBy(d => d.Name).Take(Maximum).ToList();

        // One that clashes with another host's has a problem here of which the host knows nothing.
        return told.Count != known.Count || told.Exists(t => known.Find(k => k.Name == t.Name) is not { } row
            || row.DatastoreId != t.Id || row.Free != Math.Max(0, t.Free) || row.Capacity != Math.Max(0, t.Capacity)
            || (t.Problem.Length > 0 ? row.Problem != EventText.Clean(t.Problem) : row.Problem.Length > 0));
    }

    /// <summary>Forgets a host that is removed.</summary>
    public async Task ForgetAsync(CenterDb db, string hostId, CancellationToken ct)
    {
        var seen = await db.Datastores.SeenByAsync(hostId, ct);
        await db.Datastores.RemoveSeenByAsync(hostId, ct);
        await AlarmAsync(db, seen.Select(s => s.Name), ct);
    }

    private async Task AlarmAsync(CenterDb db, IEnumerable<string> names, CancellationToken ct)
    {
        foreach (string name in names.Distinct(StringComparer.Ordinal))
        {
            var problems = await db.Datastores.ProblemsAsync(name, ct);
            if (problems.Count == 0)
            {
                await alarms.ClearAsync(db, AlarmIds.DatastoreProblem, name, ct);
            }
            else
            {
                await alarms.RaiseAsync(
                    db, AlarmIds.DatastoreProblem, new ObjectRef(ObjectKinds.Datastore, name, name), AlarmSeverity.Critical,
                    string.Join(" ", problems), ct);
            }
        }
    }

    /// <summary>What no host has in its configuration is not taken from one.</summary>
    private static bool IsPossible(HostDatastore told) =>
        told.Name.Length is > 0 and <= LongestName && told.Id.Length <= LongestId
        && !told.Name.Any(c => c is '[' or ']' or '/' || char.IsControl(c));

    private static async Task<string> ClashAsync(CenterDb db, HostDatastore told, CancellationToken ct)
    {
        if (await db.Datastores.FindAsync(told.Id, ct) is { } same)
        {
            return same.Name == told.Name ? ""
                : $"The datastore at {told.Path} is called {same.Name} elsewhere, not {told.Name}. Give it that name in the "
                    + "host's configuration.";
        }

        if (await db.Datastores.IsTakenAsync(told.Name, ct))
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
