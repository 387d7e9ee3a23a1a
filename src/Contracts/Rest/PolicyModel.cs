namespace Lorica.Contracts.Rest;

/// <summary>A storage policy.</summary>
public sealed record PolicyModel(
    string Id, string Name, string Description, bool Encryption, bool AllowCleartextFilters, bool BuiltIn);
