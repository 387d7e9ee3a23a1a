namespace Lorica.Crypto;

/// <summary>What a stored sector of zeros means on an encrypted disk.</summary>
public enum ZeroRule
{
    /// <summary>It reads as zeros (thin, lazily zeroed, deltas). On the wire <c>hole</c>.</summary>
    Hole,

    /// <summary>It is an I/O error (eagerly zeroed: every sector is ciphertext). On the wire <c>error</c>.</summary>
    Error,
}
