using System.Runtime.CompilerServices;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Feed;

/// <summary>
/// Changes of objects by number: the one stream that everything live stands on.
/// <code>
///  any transaction ──triggers──► table of changes ──commit──► (looked at once) ──► recent changes ──► every follower
///                                      ▲                                                                 │
///                                      └──────── who is further behind than those reads on here ◄────────┘
/// </code>
/// A follower gets each object that changed after the number that they saw last, at least once, in the order of the last changes;
/// many changes of one object between two looks are one. Nothing is lost: not by a slow follower, who holds nobody up, and not by
/// a restart, since the numbers are the database's. What another process writes is seen within <see cref="Beat"/>.
/// Who may see the object, the one who shows it must ask.
/// </summary>
public sealed class ChangeFeed : IDisposable
{
    /// <summary>How long a follower waits at most without a word.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private const int Page = 500;
    private const int Kept = 4096;

    private readonly CenterStore _store;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly Lock _lock = new();
    private readonly List<ObjectChange> _recent = [];
    private TaskCompletionSource _committed = Pulse();
    private long _commits;
    private long _looked = -1;
    private long _lookedAt;
    private long _read = -1;
    private long _from;

    /// <summary>Makes the feed of <paramref name="store"/>.</summary>
    public ChangeFeed(CenterStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        store.Committed += OnCommitted;
    }

    /// <summary>Number of the last change.</summary>
    public Task<long> LatestAsync(CancellationToken ct) => _store.ReadAsync(db => db.Changes.LatestAsync(ct), ct);

    /// <summary>
    /// What changed after <paramref name="after"/>, page by page, until <paramref name="ct"/>; of one <paramref name="kind"/>, or
    /// of all (null). An empty page means that there was nothing for a while.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<ObjectChange>> FollowAsync(
        long after, string? kind, [EnumeratorCancellation] CancellationToken ct)
    {
        long told = _time.GetTimestamp();
        while (true)
        {
            // Taken before the look: a commit between the two is not slept through.
            var committed = Volatile.Read(ref _committed).Task;
            var page = await AfterAsync(after, ct);
            if (page.Count > 0)
            {
                after = page[^1].Number;
                page = kind is null ? page : [.. page.Where(c => c.Kind == kind)];
            }
            else
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
                await Task.WhenAny(committed, Task.Delay(Beat, _time, stop.Token));
                await stop.CancelAsync();
                ct.ThrowIfCancellationRequested();
            }

            if (page.Count > 0 || _time.GetElapsedTime(told) >= Beat)
            {
                told = _time.GetTimestamp();
                yield return page;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _store.Committed -= OnCommitted;
        _looking.Dispose();
    }

    private async Task<IReadOnlyList<ObjectChange>> AfterAsync(long after, CancellationToken ct)
    {
        await LookAsync(ct);
        lock (_lock)
        {
            if (after >= _from)
            {
                int first = FirstAfter(after);
                return first == _recent.Count ? [] : _recent.GetRange(first, Math.Min(Page, _recent.Count - first));
            }
        }

        return await _store.ReadAsync(db => db.Changes.AfterAsync(after, Page, ct), ct);
    }

    /// <summary>Reads what is new, once for all followers.</summary>
    private async Task LookAsync(CancellationToken ct)
    {
        await _looking.WaitAsync(ct);
        try
        {
            // Another process may write too, so what was looked at some time ago is looked at again.
            long commits = Interlocked.Read(ref _commits);
            if (commits == _looked && _time.GetElapsedTime(_lookedAt) < Beat)
            {
                return;
            }

            if (_read < 0)
            {
                _read = await LatestAsync(ct);
                _from = _read;
            }

            List<ObjectChange> page;
            do
            {
                page = await _store.ReadAsync(db => db.Changes.AfterAsync(_read, Page, ct), ct);
                Keep(page);
            }
            while (page.Count == Page);
            (_looked, _lookedAt) = (commits, _time.GetTimestamp());
        }
        finally
        {
            _looking.Release();
        }
    }

    private void Keep(List<ObjectChange> page)
    {
        if (page.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            _recent.AddRange(page);
            _read = page[^1].Number;
            if (_recent.Count > 2 * Kept)
            {
                _from = _recent[_recent.Count - Kept - 1].Number;
                _recent.RemoveRange(0, _recent.Count - Kept);
            }
        }
    }

    private int FirstAfter(long after)
    {
        int low = 0, high = _recent.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_recent[middle].Number > after)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private void OnCommitted(object? sender, EventArgs e)
    {
        Interlocked.Increment(ref _commits);
        Interlocked.Exchange(ref _committed, Pulse()).TrySetResult();
    }

    private static TaskCompletionSource Pulse() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
