namespace Lorica.Model;

/// <summary>Who may write a VM's files, as the lock file beside them says.</summary>
public sealed record WriterLease
{
    /// <summary>The host that wrote the lock file last.</summary>
    public string HostId { get; init; } = "";

    /// <summary>Its start.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Epoch under which it was written.</summary>
    public long Epoch { get; init; }

    /// <summary>Goes up with each sign of life.</summary>
    public long Counter { get; init; }

    /// <summary>The file says that it is held.</summary>
    public bool Held { get; init; }

    /// <summary>Another process has the lock right now.</summary>
    public bool Locked { get; init; }
}
