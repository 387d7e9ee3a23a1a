using Lorica.Crypto;
using Lorica.Disks;

namespace Lorica.Host.Keys;

/// <summary>
/// The keys that one piece of work uses. Buffers that <see cref="Find"/> gave stay valid until <see cref="Dispose"/>. Safe for
/// several threads.
/// </summary>
internal sealed class KeyLease : IKekSource, IDisposable
{
    private readonly KeyCache _cache;
    private readonly bool _pin;
    private readonly Lock _gate = new();
    private readonly Dictionary<KeyId, HeldKek> _taken = [];
    private bool _disposed;

    internal KeyLease(KeyCache cache, bool pin)
    {
        _cache = cache;
        _pin = pin;
    }

    /// <inheritdoc/>
    public KeyBuffer? Find(KeyId id) => Take(id)?.Key;

    /// <summary>The check value of a key, or null when the host does not hold it.</summary>
    public string? KcvOf(KeyId id) => Take(id)?.Kcv;

    /// <summary>The keys taken so far.</summary>
    public IReadOnlyList<KeyId> Taken
    {
        get
        {
            lock (_gate)
                return [.. _taken.Keys];
        }
    }

    /// <summary>Gives one key back before the end.</summary>
    public void Release(KeyId id)
    {
        HeldKek? held;
        lock (_gate)
            _taken.Remove(id, out held);
        if (held is not null)
            _cache.Return(held, _pin);
    }

    /// <summary>Gives all keys back.</summary>
    public void Dispose()
    {
        List<HeldKek> all;
        lock (_gate)
        {
            _disposed = true;
            all = [.. _taken.Values];
            _taken.Clear();
        }

        foreach (var held in all)
            _cache.Return(held, _pin);
    }

    private HeldKek? Take(KeyId id)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_taken.TryGetValue(id, out var held))
                return held;
            held = _cache.Take(id, _pin);
            if (held is not null)
                _taken.Add(id, held);
            return held;
        }
    }
}
