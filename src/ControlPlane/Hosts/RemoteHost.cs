namespace Lorica.ControlPlane.Hosts;

/// <summary>One host, called in one way; by subject.</summary>
public sealed class RemoteHost
{
    internal RemoteHost(HostCaller host)
    {
        (Admin, Keys, Vms) = (new HostAdmin(host), new HostKeys(host), new HostVms(host));
        (Disks, Jobs, Consoles) = (new HostDisks(host), new HostJobs(host), new HostConsoles(host));
    }

    /// <summary>The host itself.</summary>
    public HostAdmin Admin { get; }

    /// <summary>Keys in its memory.</summary>
    public HostKeys Keys { get; }

    /// <summary>Its VMs.</summary>
    public HostVms Vms { get; }

    /// <summary>Their disks.</summary>
    public HostDisks Disks { get; }

    /// <summary>Its jobs.</summary>
    public HostJobs Jobs { get; }

    /// <summary>Serial consoles.</summary>
    public HostConsoles Consoles { get; }
}
