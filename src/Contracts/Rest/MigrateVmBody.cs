namespace Lorica.Contracts.Rest;

/// <summary>Host that sees the same datastore, by name or id.</summary>
public sealed record MigrateVmBody(string Host);
