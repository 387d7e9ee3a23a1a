using Lorica.Contracts;

namespace Lorica.Model;

/// <summary>A key to be delivered to a host: its name and the check value that its record has.</summary>
[GenerateSerializer]
[Alias("Lorica.ExpectedKey")]
public readonly record struct ExpectedKey(string Provider, string KeyId, string Kcv)
{
    /// <summary>Wire form of the name.</summary>
    public KeyRef ToRef() => new() { Provider = Provider, KeyId = KeyId };

    /// <summary>Whether <paramref name="key"/> names the same key.</summary>
    public bool Names(KeyRef? key) => key is not null && key.Provider == Provider && key.KeyId == KeyId;

    /// <summary>Whether <paramref name="key"/> names the same key.</summary>
    public bool Names(KeyName? key) => key is not null && key.Provider == Provider && key.KeyId == KeyId;

    /// <summary>The name alone.</summary>
    public KeyName ToName() => new(Provider, KeyId);

    /// <inheritdoc />
    public override string ToString() => $"{Provider}/{KeyId}";
}
