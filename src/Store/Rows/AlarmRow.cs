namespace Lorica.Store.Rows;

/// <summary>An alarm that was raised; it stays after it was cleared. At most one raised per alarm and object.</summary>
public sealed class AlarmRow
{
    /// <summary>Number, ascending.</summary>
    public long Number { get; set; }

    /// <summary>One of <c>AlarmIds</c>.</summary>
    public required string Alarm { get; set; }

    /// <summary>One of <see cref="Model.ObjectKinds"/>.</summary>
    public required string ObjectKind { get; set; }

    /// <summary>Object id.</summary>
    public required string ObjectId { get; set; }

    /// <summary>Its name when the alarm was raised.</summary>
    public required string ObjectName { get; set; }

    /// <summary><c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; set; }

    /// <summary>One sentence that says what is wrong and the way out.</summary>
    public required string Message { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long RaisedAt { get; set; }

    /// <summary>Unix milliseconds; null while raised.</summary>
    public long? ClearedAt { get; set; }

    /// <summary>Who has seen it.</summary>
    public string? AcknowledgedBy { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long? AcknowledgedAt { get; set; }
}
