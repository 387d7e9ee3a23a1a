namespace Lorica.ControlPlane.Alarms;

/// <summary>Ids of alarms.</summary>
public static class AlarmIds
{
    /// <summary>A VM is locked.</summary>
    public const string VmLocked = "vm.locked";

    /// <summary>A VM's files differ from their records.</summary>
    public const string VmSuspect = "vm.suspect";

    /// <summary>A guest stands still because a disk of it failed or its datastore is full.</summary>
    public const string VmStandsStill = "vm.standsStill";

    /// <summary>A host cannot use a datastore.</summary>
    public const string DatastoreProblem = "datastore.problem";

    /// <summary>A VM is paused, shut down or kept off because its keys stay out of reach.</summary>
    public const string VmOutage = "vm.outage";

    /// <summary>A VM's files differ from its storage policies, or the policies were edited since they were applied.</summary>
    public const string PolicyDrift = "vm.policyDrift";

    /// <summary>A host has encrypted VMs and no host key.</summary>
    public const string HostNeedsEncryptionMode = "host.needsEncryptionMode";

    /// <summary>Events are missing or were changed.</summary>
    public const string EventLogBroken = "events.broken";

    /// <summary>A host does not answer.</summary>
    public const string HostLost = "host.lost";

    /// <summary>A key provider does not serve keys.</summary>
    public const string ProviderConnection = "provider.connection";

    /// <summary>A certificate ends soon or has ended.</summary>
    public const string CertificateExpiry = "provider.certificateExpiry";

    /// <summary>The KMS answers with another key under a known id.</summary>
    public const string WrongKey = "key.wrong";

    /// <summary>A state or date on the KMS ends a key that is in use.</summary>
    public const string KeyEnds = "key.ends";

    /// <summary>A host holds the last copy of a key that the KMS no longer has.</summary>
    public const string LastCopy = "key.lastCopy";
}
