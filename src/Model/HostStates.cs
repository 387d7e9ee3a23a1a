namespace Lorica.Model;

/// <summary>States of the connection to a host.</summary>
public static class HostStates
{
    /// <summary>It was being added and has never connected; whether it has joined, it alone knows.</summary>
    public const string Joining = "joining";

    /// <summary>Not heard of yet.</summary>
    public const string Connecting = "connecting";

    /// <summary>Heartbeats come.</summary>
    public const string Connected = "connected";

    /// <summary>No heartbeat.</summary>
    public const string Disconnected = "disconnected";
}
