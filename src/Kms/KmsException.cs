namespace Lorica.Kms;

/// <summary>The one exception of this program; the message is for the operator and never holds key material.</summary>
internal sealed class KmsException(KmsErrorKind kind, string message, string? hint = null, Exception? inner = null) : Exception(
    message, inner)
{
    /// <summary>What to look at.</summary>
    public KmsErrorKind Kind { get; } = kind;

    /// <summary>What to do about it.</summary>
    public string? Hint { get; } = hint;
}
