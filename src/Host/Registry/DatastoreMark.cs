namespace Lorica.Host.Registry;

/// <summary>The marker file of a datastore: <c>.lorica-datastore</c>, JSON.</summary>
/// <param name="Id">Id of the datastore, RFC 4122 text: the same for every host that sees the folder.</param>
internal sealed record DatastoreMark(Guid Id);
