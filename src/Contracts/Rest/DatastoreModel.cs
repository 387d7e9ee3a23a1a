namespace Lorica.Contracts.Rest;

/// <summary>A datastore of a host.</summary>
public sealed record DatastoreModel(string Name, string Path, long Capacity, long Free);
