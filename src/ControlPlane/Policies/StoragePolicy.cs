using Lorica.Contracts.Rest;

namespace Lorica.ControlPlane.Policies;

/// <summary>A storage policy.</summary>
public sealed record StoragePolicy(
    string Id, string Name, string Description, bool Encryption, bool AllowCleartextFilters, bool BuiltIn)
{
    /// <summary>As a reference.</summary>
    public PolicyRefModel ToReference() => new(Id, Name);

    /// <summary>As REST tells it.</summary>
    public PolicyModel ToModel() => new(Id, Name, Description, Encryption, AllowCleartextFilters, BuiltIn);
}
