namespace Lorica.Contracts.Telemetry;

/// <summary>One request of the broker to a key server.</summary>
/// <param name="Server">"host:port".</param>
/// <param name="Operation">Operation of KMIP.</param>
/// <param name="Outcome"><c>ok</c>, <c>refused</c>, <c>transport</c>, <c>protocol</c> or <c>other</c>.</param>
/// <param name="Seconds">How long it took, connecting included.</param>
public readonly record struct KmsCall(string Server, string Operation, string Outcome, double Seconds);
