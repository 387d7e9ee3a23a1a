namespace Lorica.Disks.Tests.Cuts;

/// <summary>What happens at the chosen step.</summary>
public enum CutMode
{
    /// <summary>SIGKILL: all that was written stays.</summary>
    Kill,

    /// <summary>Power cut: of what was not synced any part may be lost or torn.</summary>
    Power,

    /// <summary>The next sync fails and the kernel drops what it should have written; the process goes on.</summary>
    FailSync,
}
