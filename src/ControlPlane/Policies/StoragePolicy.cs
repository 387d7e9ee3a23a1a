using Lorica.Contracts.Rest;
using Lorica.Model;

namespace Lorica.ControlPlane.Policies;

/// <summary>A storage policy.</summary>
public sealed record StoragePolicy
{
    /// <summary>Id, RFC 4122 text, lower case.</summary>
    public required string Id { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its rules.</summary>
    public required PolicyRules Rules { get; init; }

    /// <summary>Part of the program: cannot be edited, only cloned.</summary>
    public bool BuiltIn { get; init; }

    /// <summary>Grows with each edit.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Version at the last edit that changed a rule.</summary>
    public long RulesVersion { get; init; } = 1;

    /// <summary>Has an encryption rule.</summary>
    public bool Encryption => Rules.Encryption;

    /// <summary>See <see cref="PolicyRules.Strict"/>.</summary>
    public bool Strict => Rules.Strict;

    /// <summary>For privileges, tasks and events.</summary>
    public ObjectRef Object => new(ObjectKinds.Policy, Id, Name);

    /// <summary>As a reference.</summary>
    public PolicyRefModel ToReference() => new(Id, Name);

    /// <summary>As REST tells it.</summary>
    public PolicyModel ToModel() => new(Id, Name, Description, Encryption, Rules.AllowCleartextFilters, BuiltIn)
    {
        Strict = Strict,
        Tags = Rules.Tags,
        OutageAction = Rules.Outage.Action,
        OutageAfterSeconds = (long)Rules.Outage.After.TotalSeconds,
        Version = Version,
    };
}
