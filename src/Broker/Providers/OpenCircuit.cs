namespace Lorica.Broker.Providers;

/// <summary>Why and until when a server is left out.</summary>
/// <param name="Failures">In a row.</param>
/// <param name="FailedAt">The last one.</param>
/// <param name="RetryAt">When it is tried again.</param>
/// <param name="Error">What went wrong last.</param>
internal sealed record OpenCircuit(int Failures, DateTimeOffset FailedAt, DateTimeOffset RetryAt, string Error);
