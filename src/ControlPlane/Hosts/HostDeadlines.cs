namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// How long a host may take for one answer. A change that it makes in that time is awaited; what is longer is a job.
/// </summary>
internal static class HostDeadlines
{
    /// <summary>What people wait for on their screen, and what is shown as it was last seen otherwise.</summary>
    public static readonly TimeSpan Glance = TimeSpan.FromSeconds(5);

    /// <summary>A look, and what changes no file.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    /// <summary>The same for running work, which has nothing else to go by: storage may be slow without being away.</summary>
    public static readonly TimeSpan WorkLook = TimeSpan.FromSeconds(30);

    /// <summary>
    /// As long as a deadline may grow, with each attempt that was too slow, for work that asks until it is answered: a host that
    /// is slower than the first deadline would never answer otherwise.
    /// </summary>
    public static readonly TimeSpan Slowest = TimeSpan.FromMinutes(10);

    /// <summary>A job is taken or taken back: the host may have to wait for the files of the VM.</summary>
    public static readonly TimeSpan Job = TimeSpan.FromSeconds(30);

    /// <summary>Files are opened, verified, locked, moved or removed, or a guest is started.</summary>
    public static readonly TimeSpan Files = TimeSpan.FromMinutes(3);

    /// <summary>An eagerly zeroed disk is written in full.</summary>
    public static readonly TimeSpan Writing = TimeSpan.FromHours(6);

    /// <summary>Beyond the time that a guest gets to shut down.</summary>
    public static readonly TimeSpan OffGrace = TimeSpan.FromSeconds(30);
}
