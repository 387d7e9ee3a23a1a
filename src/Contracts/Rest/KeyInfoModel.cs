namespace Lorica.Contracts.Rest;

/// <summary>A key of keys as the center knows it; never the key itself.</summary>
public sealed record KeyInfoModel
{
    /// <summary>Key provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Unique identifier on the KMS.</summary>
    public required string Id { get; init; }

    /// <summary><c>usable</c>, <c>pending</c>, or <c>removed</c> (by force).</summary>
    public required string State { get; init; }

    /// <summary>Check value.</summary>
    public string Kcv { get; init; } = "";

    /// <summary>Made ahead by hand.</summary>
    public bool Generated { get; init; }

    /// <summary>Label of one made by hand.</summary>
    public string Label { get; init; } = "";

    /// <summary>Who made it by hand.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>When the center came to know it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Who removed it by force.</summary>
    public string RemovedBy { get; init; } = "";

    /// <summary>Objects that use it.</summary>
    public required IReadOnlyList<KeyUserModel> Users { get; init; }

    /// <summary>State on the KMS at the last check; empty when it was not checked.</summary>
    public string KmsState { get; init; } = "";

    /// <summary>
    /// Why it could not be used at the last check (<c>missingOnKms</c>, <c>wrongKey</c>, …); empty when it could.
    /// </summary>
    public string Fault { get; init; } = "";

    /// <summary>What the KMS said of that.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Date on the KMS from which it is not for encrypting.</summary>
    public DateTimeOffset? ProtectStop { get; init; }

    /// <summary>Date on the KMS from which it is deactivated.</summary>
    public DateTimeOffset? Deactivation { get; init; }

    /// <summary>Date of its destruction on the KMS.</summary>
    public DateTimeOffset? Destroy { get; init; }

    /// <summary>Date of its compromise as the KMS has it.</summary>
    public DateTimeOffset? Compromise { get; init; }

    /// <summary>When it was last checked.</summary>
    public DateTimeOffset? CheckedAt { get; init; }
}
