using Lorica.Platform.Trust;


namespace Lorica.ControlPlane.Hosts;

/// <summary>Who this center is towards its peers.</summary>
/// <param name="Node">Certificate and key.</param>
public sealed record CenterIdentity(NodeIdentity Node)
{
    /// <summary>SHA-256 of the center's SubjectPublicKeyInfo: bound into each key delivery.</summary>
    public byte[] SpkiSha256 { get; } = Convert.FromHexString(Peer.PinOf(Node.Certificate));
}
