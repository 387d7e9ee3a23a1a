namespace Lorica.Kmip.Server;

/// <summary>Counts connections, in all and per client; a slot is given back exactly once.</summary>
internal sealed class ConnectionLimiter(int maximum, int maximumPerClient)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _perClient = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>A slot for a connection of which only the existence is known.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            return _all < maximum && ++_all > 0;
        }
    }

    /// <summary>Gives the slot back.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _all--;
        }
    }

    /// <summary>A slot of a client.</summary>
    public bool TryEnter(string owner)
    {
        lock (_gate)
        {
            var now = _perClient.GetValueOrDefault(owner);
            if (now >= maximumPerClient)
            {
                return false;
            }

            _perClient[owner] = now + 1;
            return true;
        }
    }

    /// <summary>Gives a slot of a client back.</summary>
    public void Leave(string owner)
    {
        lock (_gate)
        {
            var left = _perClient[owner] - 1;
            if (left == 0)
            {
                _perClient.Remove(owner);
            }
            else
            {
                _perClient[owner] = left;
            }
        }
    }
}
