namespace Lorica.Kms.Audit;

/// <summary>What a look through all files of an audit found.</summary>
/// <param name="Lines">Lines that were read.</param>
/// <param name="Files">Files that were read.</param>
/// <param name="Broken">Number, over all files, of the first line that does not fit; null when all do.</param>
/// <param name="BrokenIn">Name of the file with that line.</param>
/// <param name="Missing">Files that are not there although nothing that is written says that they were removed.</param>
/// <param name="RemovedUpTo">Number of the last file that the limit removed; 0 for none.</param>
internal sealed record AuditCheck(
    long Lines, int Files, long? Broken, string BrokenIn, IReadOnlyList<string> Missing, long RemovedUpTo);
