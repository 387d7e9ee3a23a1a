namespace Lorica.Contracts.Events;

/// <summary>How what an audit event tells of came out.</summary>
public enum EventOutcome
{
    /// <summary>It was done.</summary>
    Succeeded,

    /// <summary>It was allowed, begun or due, and did not come about.</summary>
    Failed,

    /// <summary>It was not allowed; nothing was done.</summary>
    Refused,

    /// <summary>It begins with this event; how it ends, its task tells.</summary>
    Begun,

    /// <summary>Nobody tried anything: the event tells what was noticed.</summary>
    Noticed,
}
