namespace Lorica.Crypto;

/// <summary>
/// The one exception of this library. <see cref="Kind"/> says what was refused; the message names keys by id only and never
/// contains key bytes. Misuse of the API throws <see cref="ArgumentException"/> or <see cref="ObjectDisposedException"/> instead.
/// </summary>
public sealed class CryptoException : Exception
{
    /// <summary>Makes an exception of one kind.</summary>
    public CryptoException(CryptoErrorKind kind, string message, Exception? inner = null)
        : base(message, inner) => Kind = kind;

    /// <summary>What was refused.</summary>
    public CryptoErrorKind Kind { get; }
}
