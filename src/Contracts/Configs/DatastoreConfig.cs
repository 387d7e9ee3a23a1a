namespace Lorica.Contracts.Configs;

/// <summary>A datastore of a host.</summary>
public sealed record DatastoreConfig(string Name, string Path);
