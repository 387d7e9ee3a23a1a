namespace Lorica.Model;

/// <summary>How far a job of a host is. <see cref="HostWords"/> has the words.</summary>
public enum HostJobState
{
    /// <summary>Until it ends.</summary>
    Running,

    /// <summary>It ended well.</summary>
    Succeeded,

    /// <summary>It ended otherwise.</summary>
    Failed,
}
