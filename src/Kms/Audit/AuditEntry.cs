namespace Lorica.Kms.Audit;

/// <summary>One line of the audit.</summary>
internal sealed record AuditEntry(
    DateTimeOffset Time, string Client, string Owner, string Remote, string Operation, string Object, string Result,
    string Detail);
