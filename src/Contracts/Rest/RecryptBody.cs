namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/vms/{vm}/recrypt</c>.</summary>
/// <param name="Mode"><c>shallow</c>: new KEK, same DEKs.</param>
public sealed record RecryptBody(string Mode);
