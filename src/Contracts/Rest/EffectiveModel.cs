namespace Lorica.Contracts.Rest;

/// <summary>What somebody holds at an object.</summary>
public sealed record EffectiveModel(
    string User, IReadOnlyList<string> Groups, ObjectModel Object, IReadOnlyList<string> Privileges);
