namespace Lorica.Contracts.Rest;

/// <summary>A datastore as one host sees it.</summary>
/// <param name="Host">Name of the host.</param>
/// <param name="Path">Folder there.</param>
/// <param name="Problem">Why the host cannot use it; empty when it can.</param>
public sealed record DatastoreHostModel(string Host, string Path, string Problem);
