namespace Lorica.Contracts.Rest;

/// <summary>New display name.</summary>
public sealed record RenameVmBody(string Name);
