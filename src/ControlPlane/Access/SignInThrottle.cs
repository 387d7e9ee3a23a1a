using System.Collections.Concurrent;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Counts failed sign-ins per user name, known or not, so that an answer never tells which names exist. After
/// <see cref="Limit"/> failures a name is locked for <see cref="Pause"/>. Bounded: old names go first.
/// </summary>
public sealed class SignInThrottle(TimeProvider time)
{
    /// <summary>Failures after which a name is locked.</summary>
    public const int Limit = 5;

    /// <summary>How long it is locked.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private const int MaximumNames = 10_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Time left during which <paramref name="user"/> is locked; zero when it is not.</summary>
    public TimeSpan LockedFor(string user)
    {
        if (!_entries.TryGetValue(user, out var entry) || entry.Failures < Limit)
        {
            return TimeSpan.Zero;
        }

        var left = entry.Last + Pause - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Notes a failure. One failure after a pause locks again only when the count is full anew.</summary>
    public void Failed(string user)
    {
        var now = time.GetUtcNow();
        if (_entries.Count >= MaximumNames)
        {
            Trim(now);
        }

        _entries.AddOrUpdate(
            user, _ => new Entry(1, now), (_, e) => now - e.Last > Pause ? new Entry(1, now) : new Entry(e.Failures + 1, now));
    }

    /// <summary>Forgets the failures of <paramref name="user"/>.</summary>
    public void Succeeded(string user) => _entries.TryRemove(user, out _);

    private void Trim(DateTimeOffset now)
    {
        foreach (var (user, entry) in _entries)
        {
            if (now - entry.Last > Pause)
            {
                _entries.TryRemove(user, out _);
            }
        }

        foreach (var (user, _) in _entries.OrderBy(e => e.Value.Last).Take(Math.Max(0, _entries.Count - (MaximumNames / 2))))
        {
            _entries.TryRemove(user, out _);
        }
    }

    private sealed record Entry(int Failures, DateTimeOffset Last);
}
