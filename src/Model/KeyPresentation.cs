namespace Lorica.Model;

/// <summary>
/// What a host shows so that keys can be sealed to it, of this start of it alone. The broker checks it; here it is only carried.
/// </summary>
/// <param name="HostId">The host.</param>
/// <param name="ReceiveKey">Public key of this start.</param>
/// <param name="BootNonce">Of this start.</param>
/// <param name="Signature">By the host's certificate key.</param>
/// <param name="HostSpki">Its public key; the SHA-256 of it is pinned.</param>
/// <param name="FirstSequence">The next sequence number that it accepts.</param>
public sealed record KeyPresentation(
    string HostId, ReadOnlyMemory<byte> ReceiveKey, ReadOnlyMemory<byte> BootNonce, ReadOnlyMemory<byte> Signature,
    ReadOnlyMemory<byte> HostSpki, ulong FirstSequence);
