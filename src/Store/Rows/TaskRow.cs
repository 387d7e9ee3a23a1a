namespace Lorica.Store.Rows;

/// <summary>A task; this table is the truth about work under way, and is swept when a center starts.</summary>
public sealed class TaskRow
{
    /// <summary>Id, RFC 4122 text.</summary>
    public required string Id { get; set; }

    /// <summary>One of <see cref="Model.TaskKinds"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>VM it works on, at most one unfinished task per VM (unique index); empty for a task on another object.</summary>
    public required string VmId { get; set; }

    /// <summary>A second VM that no other task may touch meanwhile: the one that a clone makes.</summary>
    public string OtherVmId { get; set; } = "";

    /// <summary>Kind of the object, one of <see cref="Model.ObjectKinds"/>.</summary>
    public string ObjectKind { get; set; } = Model.ObjectKinds.Vm;

    /// <summary>Id of the object.</summary>
    public string ObjectId { get; set; } = "";

    /// <summary>Name of the object when the task began.</summary>
    public required string Target { get; set; }

    /// <summary><c>queued</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>cancelled</c>.</summary>
    public required string State { get; set; }

    /// <summary>0 to 100.</summary>
    public int Percent { get; set; }

    /// <summary>What it works on, in words.</summary>
    public string Step { get; set; } = "";

    /// <summary>Of a job on data.</summary>
    public long BytesDone { get; set; }

    /// <summary>Of a job on data.</summary>
    public long BytesTotal { get; set; }

    /// <summary>Who asked.</summary>
    public required string UserName { get; set; }

    /// <summary>Id of the API token with which they asked; empty for a session.</summary>
    public string TokenId { get; set; } = "";

    /// <summary>IP address from which they asked; empty when it is not known.</summary>
    public string Address { get; set; } = "";

    /// <summary>Id of the session in which they asked; empty for an API token.</summary>
    public string SessionId { get; set; } = "";

    /// <summary>Of the request with which they asked; empty when it is not known.</summary>
    public string CorrelationId { get; set; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long StartedAt { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long? EndedAt { get; set; }

    /// <summary>Task of which this one is a part; empty for none.</summary>
    public string ParentId { get; set; } = "";

    /// <summary>Whether it may be cancelled now; its work changes that as it goes.</summary>
    public bool Cancellable { get; set; }

    /// <summary>Who asked to cancel it; null while nobody has.</summary>
    public string? CancelBy { get; set; }

    /// <summary>Small JSON that it leaves behind.</summary>
    public string? Result { get; set; }

    /// <summary>JSON of the fault.</summary>
    public string? Fault { get; set; }

    /// <summary>Epoch under which it works.</summary>
    public long Epoch { get; set; }

    /// <summary>JSON of what was asked, enough to take the work up again.</summary>
    public string Arguments { get; set; } = "{}";

    /// <summary>Storage policy that it carries out, in use until the task has ended; null for none.</summary>
    public string? PolicyId { get; set; }

    /// <summary>
    /// Name under which a KEK was last asked of the KMS: written before the request, so that no key is made without a trace.
    /// </summary>
    public string? KeyName { get; set; }
}
