using System.Net;
using System.Net.Sockets;

namespace Lorica.Kmip.Server;

/// <summary>
/// Connections whose TLS handshake is under way. They have a cap of their own, in all and per address (of IPv6 per /64 network),
/// so that they take no place of a client that is let in. Where there is no room for a new one, the oldest of its address, or of
/// the address that has the most, is closed for it: an honest handshake takes milliseconds, so the oldest is the one that stands
/// still.
/// </summary>
/// <remarks>One warning a minute at most says how many were closed, and from where most of them came.</remarks>
internal sealed class HandshakeGate(KmipServerOptions options)
{
    private static readonly TimeSpan WarningEvery = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<Handshake> _oldestFirst = new();
    private readonly Dictionary<string, int> _perAddress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _closed = new(StringComparer.Ordinal);
    private DateTimeOffset _warnAfter = DateTimeOffset.MinValue;

    /// <summary>Takes a place, if need be that of another one, which is closed.</summary>
    /// <param name="address">Of the client.</param>
    /// <param name="close">Ends the connection; called from another thread.</param>
    public Handshake Enter(IPAddress address, Action close)
    {
        var handshake = new Handshake(KeyOf(address), close);
        Handshake? victim = null;
        lock (_gate)
        {
            int cap = handshake.Address == Loopback ? options.MaximumHandshakesFromLoopback
                : options.MaximumHandshakesPerAddress;
            if (_perAddress.GetValueOrDefault(handshake.Address) >= cap)
            {
                victim = _oldestFirst.First(h => h.Address == handshake.Address);
            }
            else if (_oldestFirst.Count >= options.MaximumHandshakes)
            {
                string most = _perAddress.MaxBy(a => a.Value).Key;
                victim = _oldestFirst.First(h => h.Address == most);
            }

            if (victim is not null)
            {
                Remove_NeedsLock(victim);
            }

            _oldestFirst.AddLast(handshake);
            _perAddress[handshake.Address] = _perAddress.GetValueOrDefault(handshake.Address) + 1;
        }

        if (victim is not null)
        {
            victim.Close();
            Closed(victim);
        }

        return handshake;
    }

    /// <summary>The handshake is over; done twice it changes nothing.</summary>
    public void Leave(Handshake handshake)
    {
        lock (_gate)
        {
            Remove_NeedsLock(handshake);
        }
    }

    /// <summary>A handshake took too long or its place was taken: counted for the warning.</summary>
    public void Closed(Handshake handshake)
    {
        string warning;
        lock (_gate)
        {
            _closed[handshake.Address] = _closed.GetValueOrDefault(handshake.Address) + 1;
            var now = options.TimeProvider.GetUtcNow();
            if (now < _warnAfter)
            {
                return;
            }

            var most = _closed.MaxBy(c => c.Value);
            warning = $"{_closed.Values.Sum()} connections were closed because their TLS handshake did not end, {most.Value} of "
                + $"them from {most.Key}";
            _closed.Clear();
            _warnAfter = now + WarningEvery;
        }

        options.Warning(warning);
    }

    /// <summary>What counts as one address.</summary>
    internal static string KeyOf(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain))
        {
            return Loopback;
        }

        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain.ToString();
        }

        byte[] network = plain.GetAddressBytes();
        network.AsSpan(8).Clear();
        return new IPAddress(network) + "/64";
    }

    private const string Loopback = "this machine";

    private void Remove_NeedsLock(Handshake handshake)
    {
        if (!_oldestFirst.Remove(handshake))
        {
            return;
        }

        int left = _perAddress[handshake.Address] - 1;
        if (left == 0)
        {
            _perAddress.Remove(handshake.Address);
        }
        else
        {
            _perAddress[handshake.Address] = left;
        }
    }

    /// <summary>One that is under way.</summary>
    internal sealed class Handshake(string address, Action close)
    {
        public string Address => address;

        public void Close() => close();
    }
}
