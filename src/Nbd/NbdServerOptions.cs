namespace Lorica.Nbd;

/// <summary>How a server treats its clients.</summary>
public sealed record NbdServerOptions
{
    /// <summary>Largest payload of one read or write; also announced to clients. Multiple of 4096.</summary>
    public const int MaximumPayload = 32 * 1024 * 1024;

    /// <summary>Decides before any byte is exchanged. A peer that it refuses is cut off without an answer.</summary>
    public required Func<PeerCredentials, bool> PeerFilter { get; init; }

    /// <summary>Connections at one time; one more is cut off.</summary>
    public int MaximumConnections { get; init; } = 32;

    /// <summary>Time from the connection to the end of the handshake.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time that requests under way get when the server is stopped.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests under way per connection before the server stops reading from it.</summary>
    public int MaximumInFlight { get; init; } = 256;

    /// <summary>Payload bytes under way per connection before the server stops reading from it.</summary>
    public long MaximumInFlightBytes { get; init; } = 2L * MaximumPayload;

    /// <summary>Told of each error of a device (export, error), on the thread that met it; must be quick.</summary>
    public Action<NbdExport, Exception>? OnDeviceError { get; init; }

    /// <summary>Told why a connection ended other than by the client's wish; must be quick.</summary>
    public Action<NbdException>? OnConnectionError { get; init; }

    /// <summary>Source of time-outs.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
