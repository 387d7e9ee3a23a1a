namespace Lorica.Crypto.Bench;

/// <summary>One line of the report.</summary>
/// <param name="Name">What ran.</param>
/// <param name="BytesPerSecond">Median of the rounds.</param>
/// <param name="AllocatedPerOperation">Managed bytes allocated per operation.</param>
internal sealed record Row(string Name, double BytesPerSecond, double AllocatedPerOperation);
