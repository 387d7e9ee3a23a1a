namespace Lorica.ControlPlane.Providers;

/// <summary>One server of a provider.</summary>
[GenerateSerializer]
[Alias("Lorica.ServerSpec")]
public sealed record ServerSpec(string Host, int Port, string CertificateSha256);
