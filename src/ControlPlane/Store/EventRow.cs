namespace Lorica.ControlPlane.Store;

/// <summary>An audit event; only ever appended.</summary>
public sealed class EventRow
{
    /// <summary>Number, ascending.</summary>
    public long Number { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long Time { get; set; }

    /// <summary>One of <see cref="Events.EventIds"/>.</summary>
    public required string EventId { get; set; }

    /// <summary>Who.</summary>
    public required string UserName { get; set; }

    /// <summary>About what.</summary>
    public required string Target { get; set; }

    /// <summary>One sentence.</summary>
    public required string Message { get; set; }
}
