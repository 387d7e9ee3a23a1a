namespace Lorica.Kms.Audit;

/// <summary>When the audit goes on in a new file.</summary>
/// <param name="FileBytes">The file that is written to is closed once it has so many bytes.</param>
/// <param name="Kept">Closed files that are kept, the newest; 0 keeps all.</param>
internal sealed record AuditLimits(long FileBytes, int Kept);
