namespace Lorica.Store.Rows;

/// <summary>
/// The record of an encrypted object: which key it must have. It authorises every delivery of that key, to the host of its VM
/// only.
/// <code>
///   CreateKey ──► pending ──(Activate, Get, KCV)──► usable ──(job done: InUse)──► usable, in use ──► retired
///                    └───────────── never used: retired, event "orphan" ────────────────────────────────┘
/// </code>
/// A retired record stays: its key id can never be recorded anew. The copy on the KMS is never deleted.
/// </summary>
public sealed class KeyRecordRow
{
    /// <summary>Row number.</summary>
    public long Number { get; set; }

    /// <summary>The encrypted object: the VM's id for VM home, a disk's own id.</summary>
    public required string ObjectId { get; set; }

    /// <summary><c>vm</c> or <c>disk</c>.</summary>
    public required string Kind { get; set; }

    /// <summary>VM to which the object belongs.</summary>
    public required string VmId { get; set; }

    /// <summary>Key provider.</summary>
    public required string Provider { get; set; }

    /// <summary>Unique identifier on the KMS.</summary>
    public required string KeyId { get; set; }

    /// <summary>Key check value; empty while pending.</summary>
    public string Kcv { get; set; } = "";

    /// <summary>Highest generation seen.</summary>
    public long Generation { get; set; }

    /// <summary>One of <c>KeyRecordStates</c>.</summary>
    public required string State { get; set; }

    /// <summary>The object's file is known to be under this key.</summary>
    public bool InUse { get; set; }

    /// <summary>Task that made it, or that claimed it last.</summary>
    public required string TaskId { get; set; }

    /// <summary>
    /// What it was (known, retired) before a task claimed it; empty when it was made by its task, or once its file is known to be
    /// under the key. When nothing comes of the task, it is that again.
    /// </summary>
    public string WasState { get; set; } = "";

    /// <summary>The VM that it belonged to before it was claimed.</summary>
    public string WasVmId { get; set; } = "";

    /// <summary>
    /// Where the disk lay when it left (<c>[datastore] folder/file</c>), until a host puts another disk there; counts while it is
    /// known. Its own descriptor may be replaced by one that names no object.
    /// </summary>
    public string LeftAt { get; set; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
