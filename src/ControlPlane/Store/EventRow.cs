namespace Lorica.ControlPlane.Store;

/// <summary>An audit event; only ever appended (triggers of the table refuse the rest).</summary>
public sealed class EventRow
{
    /// <summary>Number, ascending.</summary>
    public long Number { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long Time { get; set; }

    /// <summary>One of the ids of events.</summary>
    public required string EventId { get; set; }

    /// <summary>Who.</summary>
    public required string UserName { get; set; }

    /// <summary>One of <see cref="Model.ObjectKinds"/>; empty when it is not known.</summary>
    public string ObjectKind { get; set; } = "";

    /// <summary>Object id; empty when it is not known.</summary>
    public string ObjectId { get; set; } = "";

    /// <summary>About what.</summary>
    public required string Target { get; set; }

    /// <summary>One sentence.</summary>
    public required string Message { get; set; }

    /// <summary>SHA-256 over the hash before and this row (<see cref="Contracts.Events.EventChain"/>); set by the context when
    /// it is saved.</summary>
    public byte[] Hash { get; set; } = [];
}
