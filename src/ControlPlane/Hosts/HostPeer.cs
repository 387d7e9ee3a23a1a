namespace Lorica.ControlPlane.Hosts;

/// <summary>How a host is reached, and by which key it is known.</summary>
/// <param name="Id">Host id.</param>
/// <param name="Name">Display name.</param>
/// <param name="Address"><c>127.0.0.1:8444</c>.</param>
/// <param name="Pin">SHA-256 of its SubjectPublicKeyInfo, hex.</param>
public sealed record HostPeer(string Id, string Name, string Address, string Pin);
