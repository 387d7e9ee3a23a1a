using System.Collections.Concurrent;

namespace Lorica.Broker.Providers;

/// <summary>
/// Which servers are left out for a while.
/// <code>
///  up ──failed──► resting 1 s, 2 s, 4 s … 30 s ──time is over──► tried again ──answered──► up
///   └──silent──► resting 30 s                        (each try of such a server costs a whole time-out)
///                    │                                                └──failed──► rests longer
///                    └── pinged and answered: up
/// </code>
/// While all servers of a provider rest, what is asked fails at once, but only for <see cref="AllRest"/> after the last failure:
/// then they are tried in order whatever their rest, so that a person who repaired something is not told yesterday's news.
/// </summary>
internal sealed class CircuitBreakers(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AllRest = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ServerEntry, OpenCircuit> _rests = new();

    /// <summary>What is known of a server; null when nothing speaks against it.</summary>
    public OpenCircuit? Of(ServerEntry server) => _rests.GetValueOrDefault(server);

    /// <summary>The servers to try now, in order; empty while all rest.</summary>
    public IReadOnlyList<ServerEntry> Candidates(IReadOnlyList<ServerEntry> servers)
    {
        var now = time.GetUtcNow();
        var up = servers.Where(s => Of(s) is not { } rest || rest.RetryAt <= now).ToList();
        return up.Count > 0 || servers.Any(s => Of(s) is { } rest && now - rest.FailedAt < AllRest) ? up : servers;
    }

    /// <summary>
    /// A server could not be reached, answered nonsense, or (<paramref name="silent"/>) did not answer in time.
    /// </summary>
    public void Failed(ServerEntry server, string error, bool silent = false)
    {
        var now = time.GetUtcNow();
        _rests.AddOrUpdate(server, _ => new OpenCircuit(1, now, now + (silent ? Longest : First), error), (_, old) =>
        {
            // Work side by side fails for one and the same reason: it counts once.
            int failures = old.RetryAt > now ? old.Failures : old.Failures + 1;
            var rest = silent ? Longest : First * Math.Pow(2, Math.Min(failures - 1, 8));
            return new OpenCircuit(failures, now, now + (rest < Longest ? rest : Longest), error);
        });
    }

    /// <summary>A server answered.</summary>
    public void Answered(ServerEntry server) => _rests.TryRemove(server, out _);
}
