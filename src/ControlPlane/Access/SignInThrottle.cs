using System.Collections.Concurrent;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Counts failed sign-ins, of names known or not, so that an answer never tells which names exist. After <see cref="Limit"/>
/// failures a name is locked for <see cref="Pause"/> at that address only: whoever guesses elsewhere does not lock out its owner.
/// Guessing from many addresses at once locks the name at <see cref="NameLimit"/> failures, but not where it was signed in
/// before. Bounded: old entries go first.
/// </summary>
public sealed class SignInThrottle(TimeProvider time)
{
    /// <summary>Failures at one address after which a name is locked there.</summary>
    public const int Limit = 5;

    /// <summary>Failures at all addresses after which a name is locked where it was not signed in before.</summary>
    public const int NameLimit = 100;

    /// <summary>How long it is locked.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private const int MaximumEntries = 10_000;

    private readonly ConcurrentDictionary<(string User, string Address), Entry> _failures = new();
    private readonly ConcurrentDictionary<string, Entry> _names = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string User, string Address), Entry> _trusted = new();

    /// <summary>
    /// Time left during which <paramref name="user"/> is locked at <paramref name="address"/>; zero when it is not.
    /// </summary>
    public TimeSpan LockedFor(string user, string address)
    {
        var here = Left(_failures.GetValueOrDefault((user, address)), Limit);
        return here > TimeSpan.Zero || _trusted.ContainsKey((user, address))
            ? here : Left(_names.GetValueOrDefault(user), NameLimit);
    }

    /// <summary>Notes a failure. One failure after a pause locks again only when the count is full anew.</summary>
    public void Failed(string user, string address)
    {
        Count(_failures, (user, address));
        Count(_names, user);
    }

    /// <summary>Forgets the failures of <paramref name="user"/> at <paramref name="address"/>.</summary>
    public void Succeeded(string user, string address)
    {
        _failures.TryRemove((user, address), out _);
        Trim(_trusted);
        _trusted[(user, address)] = new Entry(0, time.GetUtcNow());
    }

    private TimeSpan Left(Entry? entry, int limit)
    {
        if (entry is null || entry.Failures < limit)
        {
            return TimeSpan.Zero;
        }

        var left = entry.Last + Pause - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Count<TKey>(ConcurrentDictionary<TKey, Entry> entries, TKey key)
        where TKey : notnull
    {
        Trim(entries);
        var now = time.GetUtcNow();
        entries.AddOrUpdate(
            key, _ => new Entry(1, now), (_, e) => now - e.Last > Pause ? new Entry(1, now) : new Entry(e.Failures + 1, now));
    }

    private static void Trim<TKey>(ConcurrentDictionary<TKey, Entry> entries)
        where TKey : notnull
    {
        if (entries.Count < MaximumEntries)
        {
            return;
        }

        foreach (var (key, _) in entries.OrderBy(e => e.Value.Last).Take(MaximumEntries / 2))
        {
            entries.TryRemove(key, out _);
        }
    }

    private sealed record Entry(int Failures, DateTimeOffset Last);
}
