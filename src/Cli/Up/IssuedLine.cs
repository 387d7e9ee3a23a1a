namespace Lorica.Cli.Up;

/// <summary>What <c>lorica-center issue</c> prints.</summary>
internal sealed record IssuedLine(string SpkiSha256, string CertificateSha256);
