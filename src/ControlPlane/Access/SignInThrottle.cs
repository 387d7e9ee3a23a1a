using System.Collections.Concurrent;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Counts failed sign-ins, of names known or not, so that an answer never tells which names exist. After <see cref="Limit"/>
/// failures a name is locked for <see cref="Pause"/> at that address only: whoever guesses elsewhere does not lock out its owner.
/// Guessing from many addresses at once locks the name at <see cref="NameLimit"/> failures, but not where it was signed in
/// before. Bounded: old entries go first, and names that nobody has count in tables of their own, so that however many are made
/// up, what was counted for a real one stays.
/// </summary>
public sealed class SignInThrottle(TimeProvider time)
{
    /// <summary>Failures at one address after which a name is locked there.</summary>
    public const int Limit = 5;

    /// <summary>Failures at all addresses after which a name is locked where it was not signed in before.</summary>
    public const int NameLimit = 100;

    /// <summary>Most entries of one table.</summary>
    public const int MaximumEntries = 10_000;

    /// <summary>How long it is locked.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Counts _real = new();
    private readonly Counts _madeUp = new();
    private readonly ConcurrentDictionary<(string User, string Address), Entry> _trusted = new();

    /// <summary>
    /// Time left during which <paramref name="user"/> is locked at <paramref name="address"/>; zero when it is not.
    /// </summary>
    public TimeSpan LockedFor(string user, string address)
    {
        // A name may have become real, or have gone, since it was counted.
        var here = Longer(Left(_real.Here, (user, address), Limit), Left(_madeUp.Here, (user, address), Limit));
        return here > TimeSpan.Zero || _trusted.ContainsKey((user, address))
            ? here : Longer(Left(_real.Names, user, NameLimit), Left(_madeUp.Names, user, NameLimit));
    }

    /// <summary>Notes a failure. One failure after a pause locks again only when the count is full anew.</summary>
    /// <param name="user">The name.</param>
    /// <param name="address">Where it was tried.</param>
    /// <param name="real">Whether a user has the name.</param>
    public void Failed(string user, string address, bool real)
    {
        var counts = real ? _real : _madeUp;
        Count(counts.Here, (user, address));
        Count(counts.Names, user);
    }

    /// <summary>Forgets the failures of <paramref name="user"/> at <paramref name="address"/>.</summary>
    public void Succeeded(string user, string address)
    {
        _real.Here.TryRemove((user, address), out _);
        Trim(_trusted);
        _trusted[(user, address)] = new Entry(0, time.GetUtcNow());
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private TimeSpan Left<TKey>(ConcurrentDictionary<TKey, Entry> entries, TKey key, int limit)
        where TKey : notnull
    {
        if (!entries.TryGetValue(key, out var entry) || entry.Failures < limit)
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

    private sealed class Counts
    {
        public ConcurrentDictionary<(string User, string Address), Entry> Here { get; } = new();

        public ConcurrentDictionary<string, Entry> Names { get; } = new(StringComparer.Ordinal);
    }

    private sealed record Entry(int Failures, DateTimeOffset Last);
}
