using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Host.Refusals;

namespace Lorica.Host.Keys;

/// <summary>
/// The KEKs of this host, in key memory only. Who uses keys takes a <see cref="KeyLease"/>: a key that a job leases, or that a
/// powered-on VM needs (<paramref name="neededElsewhere"/>), is pinned and cannot be removed; one that is only being read is
/// dropped as soon as the reader is done.
/// </summary>
internal sealed class KeyCache(Func<KeyId, bool> neededElsewhere) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<KeyId, HeldKek> _keys = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many keys are held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _keys.Count;
        }
    }

    /// <summary>Completes when the next key arrives. Take it before looking for a key, so that none is missed.</summary>
    public Task NextArrival
    {
        get
        {
            lock (_gate)
                return _changed.Task;
        }
    }

    /// <summary>
    /// Takes ownership of <paramref name="key"/> in every case. The same key again is no change; another key under the same id is
    /// refused and the held one stays.
    /// </summary>
    /// <returns>The key's check value.</returns>
    public string Add(KeyId id, KeyBuffer key)
    {
        TaskCompletionSource arrived;
        string kcv;
        try
        {
            kcv = KeyCheckValue.Compute(key);
            lock (_gate)
            {
                if (_keys.TryGetValue(id, out var held))
                {
                    bool same = held.Key.FixedTimeEquals(key);
                    key.Dispose();
                    return same ? kcv : throw Refuse.With(FaultTypes.AlreadyExists, "lorica.keyConflict", id.ToString(),
                        $"This host holds another key as {id} (check value {held.Kcv}, not {kcv}). The held key stays.",
                        "Find out why the KMS answers with two keys under one identifier.");
                }

                _keys.Add(id, new HeldKek(id, key, kcv));
                arrived = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
        catch
        {
            key.Dispose();
            throw;
        }

        arrived.SetResult();
        return kcv;
    }

    /// <summary>Forgets a key. Null when it is not held.</summary>
    /// <returns>False when it is pinned: it stays.</returns>
    public bool? Remove(KeyId id)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(id, out var held))
                return null;

            // Asked inside the gate: who powers a VM on holds a lease until the VM counts as running, so one of the two is seen.
            if (held.Pins > 0 || neededElsewhere(id))
                return false;
            _keys.Remove(id);
            held.Dropped = true;
            if (held.Uses == 0)
                held.Key.Dispose();
            return true;
        }
    }

    /// <summary>The check value of a held key, or null.</summary>
    public string? KcvOf(KeyId id)
    {
        lock (_gate)
            return _keys.TryGetValue(id, out var held) ? held.Kcv : null;
    }

    /// <summary>Which of these are not held.</summary>
    public IReadOnlyList<KeyId> Missing(IEnumerable<KeyId> ids)
    {
        lock (_gate)
            return [.. ids.Distinct().Where(id => !_keys.ContainsKey(id))];
    }

    /// <summary>All held keys, by name.</summary>
    public IReadOnlyList<KeyState> List()
    {
        List<KeyState> held;
        lock (_gate)
            held = [.. _keys.Values.Select(k => new KeyState(k.Id, k.Kcv, k.Pins > 0))];
        return [.. held.Select(k => k with { Pinned = k.Pinned || neededElsewhere(k.Id) })
            .OrderBy(k => k.Id.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>A lease that takes keys as they are asked for; dispose it when the work is done.</summary>
    /// <param name="pin">Whether the work would fail if the key were removed meanwhile.</param>
    public KeyLease Lease(bool pin) => new(this, pin);

    /// <summary>Erases every key, whoever uses it: the process ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var held in _keys.Values)
                held.Key.Dispose();
            _keys.Clear();
        }
    }

    internal HeldKek? Take(KeyId id, bool pin)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(id, out var held))
                return null;
            held.Uses++;
            if (pin)
                held.Pins++;
            return held;
        }
    }

    internal void Return(HeldKek held, bool pinned)
    {
        lock (_gate)
        {
            held.Uses--;
            if (pinned)
                held.Pins--;
            if (held.Dropped && held.Uses == 0)
                held.Key.Dispose();
        }
    }
}
