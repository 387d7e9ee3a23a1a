namespace Lorica.ControlPlane.Brokers;

/// <summary>Where the broker is.</summary>
/// <param name="Socket">Unix socket.</param>
/// <param name="Pin">SHA-256 of its public key, hex.</param>
public sealed record BrokerOptions(string Socket, string Pin)
{
    /// <summary>
    /// How long a call is tried while nobody answers: the broker exits when idle and is started by the next connection.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one call may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
