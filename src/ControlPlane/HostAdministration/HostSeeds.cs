using Lorica.Contracts.Configs;
using Lorica.ControlPlane.Hosts;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.HostAdministration;

/// <summary>
/// Takes the hosts of the configuration over into the table of hosts, which is the truth. A seed counts when it is new, or when
/// it was changed since it was last taken over; a host that somebody removed stays removed.
/// </summary>
public sealed class HostSeeds(CenterStore store, HostLinks links, IReadOnlyList<HostSeed> seeds)
{
    /// <summary>Called once at start, before any host is connected.</summary>
    public async Task TakeOverAsync(CancellationToken ct)
    {
        var rows = await store.WriteAsync(
            async db =>
            {
                var taken = await db.Hosts.SeedsAsync(ct);
                var hosts = await db.Hosts.ListAsync(ct);
                foreach (var seed in seeds)
                {
                    string text = $"{seed.Name}\n{seed.Address}\n{seed.Pin}";
                    var row = hosts.Find(h => h.Id == seed.Id);
                    if (!taken.TryGetValue(seed.Id, out var before))
                    {
                        db.Hosts.AddSeed(new HostSeedRow { Id = seed.Id, Seed = text });
                        if (row is null)
                        {
                            row = new HostRow
                            {
                                Id = seed.Id, Name = seed.Name, Address = seed.Address, Pin = seed.Pin, State = "",
                            };
                            db.Hosts.Add(row);
                            hosts.Add(row);
                        }
                    }
                    else if (before.Seed == text)
                    {
                        continue;
                    }
                    else
                    {
                        before.Seed = text;
                    }

                    if (row is not null)
                    {
                        (row.Name, row.Address, row.Pin) = (seed.Name, seed.Address, seed.Pin);
                    }
                }

                foreach (var host in hosts.Where(h => h.State != HostStates.Joining))
                {
                    (host.State, host.Detail) = (HostStates.Connecting, "");
                }

                return hosts;
            },
            ct);
        links.Load(rows.Select(r => new HostPeer(r.Id, r.Name, r.Address, r.Pin)));
    }
}
