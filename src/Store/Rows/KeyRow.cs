using Lorica.Model;

namespace Lorica.Store.Rows;

/// <summary>
/// What the center knows of a key apart from the records of objects: that it was made ahead by hand, that it was removed by
/// force, and what the daily check found. A key of a VM has a row only once one of these happened.
/// </summary>
public sealed class KeyRow
{
    /// <summary>Key provider.</summary>
    public required string Provider { get; set; }

    /// <summary>Unique identifier on the KMS.</summary>
    public required string KeyId { get; set; }

    /// <summary>Key check value; empty while pending.</summary>
    public string Kcv { get; set; } = "";

    /// <summary>Made ahead by hand; otherwise known from records.</summary>
    public bool Generated { get; set; }

    /// <summary>One of <see cref="KeyRecordStates"/>.</summary>
    public string State { get; set; } = KeyRecordStates.Usable;

    /// <summary>Name on the KMS, of one made by hand.</summary>
    public string Name { get; set; } = "";

    /// <summary>Who made it by hand.</summary>
    public string CreatedBy { get; set; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }

    /// <summary>State on the KMS at the last check.</summary>
    public string KmsState { get; set; } = "";

    /// <summary>
    /// One of <see cref="Contracts.Faults.KeyReasons"/> when the last check found it unusable; empty otherwise.
    /// </summary>
    public string Fault { get; set; } = "";

    /// <summary>What the KMS said.</summary>
    public string Detail { get; set; } = "";

    /// <summary>Date on the KMS, Unix seconds, 0 when it has none.</summary>
    public long ProtectStop { get; set; }

    /// <summary>Date on the KMS, Unix seconds, 0 when it has none.</summary>
    public long Deactivation { get; set; }

    /// <summary>Date on the KMS, Unix seconds, 0 when it has none.</summary>
    public long Destroy { get; set; }

    /// <summary>Date on the KMS, Unix seconds, 0 when it has none.</summary>
    public long Compromise { get; set; }

    /// <summary>Unix milliseconds of the last check; 0 when there was none.</summary>
    public long CheckedAt { get; set; }

    /// <summary>Unix milliseconds of its removal by force: not delivered any more; 0 otherwise.</summary>
    public long RemovedAt { get; set; }

    /// <summary>Who removed it.</summary>
    public string RemovedBy { get; set; } = "";
}
