using System.Collections.Concurrent;

namespace Lorica.Broker.Providers;

/// <summary>
/// Which servers are asked for one key at a time, since they answered many in one message in an unusual way. Forgotten after
/// <see cref="Memory"/>: they may have been updated meanwhile.
/// </summary>
internal sealed class ServerHabits(TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<ServerEntry, DateTimeOffset> _oneByOne = new();

    /// <summary>Whether it is asked for one key at a time.</summary>
    public bool OneByOne(ServerEntry server) =>
        _oneByOne.TryGetValue(server, out var seen) && time.GetUtcNow() - seen < Memory;

    /// <summary>It answered many keys in one message in an unusual way, and single ones well.</summary>
    public void TookOneByOne(ServerEntry server)
    {
        if (!OneByOne(server))
            _oneByOne[server] = time.GetUtcNow();
    }
}
