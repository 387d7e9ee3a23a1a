namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/providers/probe</c>: which certificate does that server show?</summary>
public sealed record ProbeBody(string Host, int Port);
