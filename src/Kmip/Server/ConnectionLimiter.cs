namespace Lorica.Kmip.Server;

/// <summary>Counts connections of clients that were let in, in all and per client; a slot is given back exactly once.</summary>
internal sealed class ConnectionLimiter(int maximum, int maximumPerClient)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _perClient = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>A slot of a client.</summary>
    /// <returns>Null when it has one, else why not.</returns>
    public string? TryEnter(string owner)
    {
        lock (_gate)
        {
            int now = _perClient.GetValueOrDefault(owner);
            if (now >= maximumPerClient)
            {
                return "too many connections of this client";
            }

            if (_all >= maximum)
            {
                return "too many connections";
            }

            _all++;
            _perClient[owner] = now + 1;
            return null;
        }
    }

    /// <summary>Gives a slot of a client back.</summary>
    public void Leave(string owner)
    {
        lock (_gate)
        {
            _all--;
            int left = _perClient[owner] - 1;
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
