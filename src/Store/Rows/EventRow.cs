namespace Lorica.Store.Rows;

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

    /// <summary>Which columns the hash covers (<see cref="Contracts.Events.EventChain"/>).</summary>
    public int Form { get; set; } = Contracts.Events.EventChain.Form;

    /// <summary>Word of a <see cref="Contracts.Events.EventOutcome"/>; empty in form 1.</summary>
    public string Outcome { get; set; } = "";

    /// <summary>IP address of the client; empty for none.</summary>
    public string Address { get; set; } = "";

    /// <summary>Id of the session; empty for none.</summary>
    public string SessionId { get; set; } = "";

    /// <summary>Id of the API token; empty for none.</summary>
    public string TokenId { get; set; } = "";

    /// <summary>Of the request; empty for none.</summary>
    public string CorrelationId { get; set; } = "";

    /// <summary>SHA-256 over the hash before and this row (<see cref="Contracts.Events.EventChain"/>); set by the context when
    /// it is saved.</summary>
    public byte[] Hash { get; set; } = [];
}
