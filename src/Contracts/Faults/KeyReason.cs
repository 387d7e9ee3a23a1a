namespace Lorica.Contracts.Faults;

/// <summary>Why one key is out of reach.</summary>
/// <param name="Provider">Name of the key provider.</param>
/// <param name="KeyId">Unique identifier on the KMS.</param>
/// <param name="Reason">One of <see cref="KeyReasons"/>.</param>
/// <param name="Detail">What the KMS or the host said.</param>
public sealed record KeyReason(string Provider, string KeyId, string Reason, string Detail = "");
