namespace Lorica.ControlPlane.Hosts;

/// <summary>States of the connection to a host.</summary>
public static class HostStates
{
    /// <summary>Not heard of yet.</summary>
    public const string Connecting = "connecting";

    /// <summary>Heartbeats come.</summary>
    public const string Connected = "connected";

    /// <summary>No heartbeat.</summary>
    public const string Disconnected = "disconnected";
}
