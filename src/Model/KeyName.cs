namespace Lorica.Model;

/// <summary>A key as files and hosts name it: where it is kept, and its identifier there. Never the key.</summary>
/// <param name="Provider">Name of the key provider.</param>
/// <param name="KeyId">Unique identifier on the KMS.</param>
public sealed record KeyName(string Provider, string KeyId)
{
    /// <inheritdoc />
    public override string ToString() => $"{Provider}/{KeyId}";
}
