namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// The one way to talk to a host. Answers are domain records, each held against what was asked; failures are refusals
/// (<see cref="HostFailures"/> tells a host that refused from one that was not heard); deadlines and pauses are made here.
/// <code>
/// Once           one attempt: for what a person waits for, or what comes round again by itself
/// AskAgain       a host that was not heard is asked again, for a bounded time: only what changes nothing, or is idempotent
/// UntilAnswered  asked until it answers: running work, for which only the host's word says where the VM stands
/// Round          one attempt of such work, which asks again by itself
///
/// to …                                       call
/// look at a VM, or for it                    Vms.DescribeAsync, Vms.FindAsync (null: not on the host's list), Vms.ListAsync
/// create, import, delete                     Vms.CreateAsync, Vms.Import (a HostImport), Vms.DeleteAsync (false: not there)
/// power on and off, reset, pause             Vms.PowerOnAsync, Vms.PowerOffAsync, Vms.ResetAsync, Vms.PauseAsync
/// rename                                     Vms.RenameAsync
/// register, unregister                       Vms.RegisterAsync, Vms.UnregisterAsync (false: not there)
/// look at files before                       Vms.ReadAsync, Vms.InspectAsync (null: nothing there)
/// migrate                                    Vms.UnregisterAsync here; Vms.ReadAsync (its Lock), Vms.RegisterAsync there
/// add, attach, detach, resize, look before   Disks.AddAsync, .AttachAsync, .DetachAsync, .ResizeAsync, .InspectAsync
/// encrypt, decrypt, recrypt, clone, relocate Jobs.StartAsync (JobSpec), Jobs.WatchAsync, Jobs.CancelAsync, Jobs.ListAsync
/// bring and take keys                        Keys.AddAsync, Keys.RemoveAsync
/// look at the host, watch it, its mode       Admin.DescribeAsync, Admin.WatchAsync, Admin.Prepare/Enable/DisableCryptoAsync
/// read and type on a console                 Consoles.ReadAsync, Consoles.WriteAsync
/// </code>
/// Streams (Admin.WatchAsync, Jobs.WatchAsync, Consoles.ReadAsync, HostImport) are opened once, whichever way is taken.
/// </summary>
public sealed class HostClient(HostLinks links, TimeProvider time)
{
    /// <summary>One attempt, each call within its own deadline.</summary>
    public RemoteHost Once(string hostId) => Of(hostId, HostPatience.None);

    /// <summary>One attempt, each call within its own deadline and within so long.</summary>
    public RemoteHost Once(string hostId, TimeSpan atMost) => Of(hostId, HostPatience.None with { AtMost = atMost });

    /// <summary>One attempt of a few seconds: a person waits, and is shown what was last seen otherwise.</summary>
    public RemoteHost Glance(string hostId) => Once(hostId, HostDeadlines.Glance);

    /// <summary>A second attempt when the first was lost.</summary>
    public RemoteHost AskAgain(string hostId) => Of(hostId, HostPatience.Twice);

    /// <summary>Attempts for so long: for work that was taken up again while its host may still be starting.</summary>
    public RemoteHost AskAgain(string hostId, TimeSpan total) => Of(hostId, HostPatience.For(total));

    /// <summary>One attempt of work that comes round by itself until the host answers.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="slow">How many attempts in a row were too slow: each gives the next one more time.</param>
    public RemoteHost Round(string hostId, int slow) => Of(hostId, HostPatience.Round(slow));

    /// <summary>
    /// Attempts until the host answers. That another call works on the VM is no answer once an attempt was lost: it is waited
    /// for.
    /// </summary>
    /// <param name="hostId">The host.</param>
    /// <param name="waiting">Told each time that it did not answer.</param>
    /// <param name="askedBefore">What is asked, or what it undoes, may have been asked before and be under way there.</param>
    public RemoteHost UntilAnswered(
        string hostId, Func<CancellationToken, Task>? waiting = null, bool askedBefore = false) =>
        Of(hostId, HostPatience.Endless with { Waiting = waiting, AskedBefore = askedBefore });

    private RemoteHost Of(string hostId, HostPatience patience) =>
        new(new HostCaller(links, time, hostId, patience));
}
