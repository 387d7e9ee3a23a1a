namespace Lorica.ControlPlane.Audit;

/// <summary>Ids of events: those of the original where it has one, <c>lorica.</c> else.</summary>
public static class EventIds
{
    /// <summary>Audit of each crypto operation: who, what, object, keys.</summary>
    public const string CryptoOperation = "com.vmware.vc.crypto.Operation";

    /// <summary>A key is not on the host and could not be delivered.</summary>
    public const string LockedMissingOnHost = "com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnHost";

    /// <summary>The KMS does not have the key (any more).</summary>
    public const string LockedMissingOnKms = "com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS";

    /// <summary>The provider cannot be asked.</summary>
    public const string LockedClusterError = "com.vmware.vc.vm.Crypto.VMLocked.KMSClusterError";

    /// <summary>All keys are there again.</summary>
    public const string Unlocked = "com.vmware.vc.vm.Crypto.VMUnlocked";

    /// <summary>A recrypt failed.</summary>
    public const string RekeyFail = "com.vmware.vc.vm.crypto.RekeyFail";

    /// <summary>A job found too little space.</summary>
    public const string NoDiskSpace = "com.vmware.vc.vm.crypto.NoDiskSpace";

    /// <summary>A key could not be made.</summary>
    public const string KeyGenerateFail = "com.vmware.vc.kms.crypto.KeyGenerateFail";

    /// <summary>A provider does not answer.</summary>
    public const string KmsUnreachable = "com.vmware.vc.kms.crypto.Unreachable";

    /// <summary>A host is in encryption mode.</summary>
    public const string HostCryptoEnabled = "com.vmware.vc.host.Crypto.Enabled";

    /// <summary>A host got a new host key because the KMS no longer has the old one.</summary>
    public const string NewHostKeyMissingOnKms = "com.vmware.vc.host.Crypto.HostKey.NewKey.KeyMissingOnKMS";

    /// <summary>A host got a new host key because the provider of the old one could not be asked.</summary>
    public const string NewHostKeyClusterError = "com.vmware.vc.host.Crypto.HostKey.NewKey.KMSClusterError";

    /// <summary>A host needs encryption mode, and its key is not on the KMS.</summary>
    public const string RequireEnableMissingOnKms = "com.vmware.vc.host.Crypto.ReqEnable.KeyMissingOnKMS";

    /// <summary>A host needs encryption mode, and the provider of its key cannot be asked.</summary>
    public const string RequireEnableClusterError = "com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError";

    /// <summary>A client certificate for a KMS ends soon or has ended.</summary>
    public const string KmsClientCertExpiration = "com.vmware.vc.vecs.KMSClientCertExpirationEvent";

    /// <summary>A server certificate of a KMS ends soon or has ended.</summary>
    public const string KmsServerCertExpiration = "com.vmware.vc.vecs.KMSServerCertExpirationEvent";

    /// <summary>An alarm was raised.</summary>
    public const string AlarmRaised = "lorica.alarm.Raised";

    /// <summary>An alarm is over.</summary>
    public const string AlarmCleared = "lorica.alarm.Cleared";

    /// <summary>Somebody has seen an alarm.</summary>
    public const string AlarmAcknowledged = "lorica.alarm.Acknowledged";

    /// <summary>Somebody asked to cancel a task.</summary>
    public const string TaskCancelRequested = "lorica.task.CancelRequested";

    /// <summary>Work that the files say is begun waits for something that it needs.</summary>
    public const string TaskWaits = "lorica.task.Waits";

    /// <summary>A provider serves keys again.</summary>
    public const string KmsReachable = "lorica.provider.Reachable";

    /// <summary>A provider's servers, trust or credential changed.</summary>
    public const string ProviderChanged = "lorica.provider.Changed";

    /// <summary>A KMS answers with another key under a known id.</summary>
    public const string WrongKey = "lorica.key.Wrong";

    /// <summary>A state or date on the KMS ends a key.</summary>
    public const string KeyEnds = "lorica.key.Ends";

    /// <summary>A host holds the last copy of a key.</summary>
    public const string LastCopy = "lorica.key.LastCopy";

    /// <summary>Encryption mode of a host was prepared or ends.</summary>
    public const string HostCryptoChanged = "lorica.host.CryptoModeChanged";

    /// <summary>A host joined.</summary>
    public const string HostAdded = "lorica.host.Added";

    /// <summary>A host was removed.</summary>
    public const string HostRemoved = "lorica.host.Removed";

    /// <summary>A host was moved in the tree.</summary>
    public const string HostMoved = "lorica.host.Moved";

    /// <summary>A host entered or left maintenance.</summary>
    public const string HostMaintenance = "lorica.host.Maintenance";

    /// <summary>A datacenter, cluster or folder was made, renamed, moved or deleted.</summary>
    public const string ContainerChanged = "lorica.inventory.Changed";

    /// <summary>A host sees a datastore that it cannot use.</summary>
    public const string DatastoreProblem = "lorica.datastore.Problem";

    /// <summary>A key was made and never used.</summary>
    public const string OrphanKey = "lorica.key.Orphan";

    /// <summary>A file differs from its record.</summary>
    public const string Suspect = "lorica.vm.Suspect";

    /// <summary>A host connected.</summary>
    public const string HostConnected = "lorica.host.Connected";

    /// <summary>A host went away.</summary>
    public const string HostDisconnected = "lorica.host.Disconnected";

    /// <summary>A VM was created or imported.</summary>
    public const string VmCreated = "lorica.vm.Created";

    /// <summary>A VM was deleted.</summary>
    public const string VmRemoved = "lorica.vm.Removed";

    /// <summary>A VM came into the inventory with files that were there already.</summary>
    public const string VmRegistered = "lorica.vm.Registered";

    /// <summary>A VM left the inventory; its files stay.</summary>
    public const string VmUnregistered = "lorica.vm.Unregistered";

    /// <summary>Records of a VM count again that were given up although its files are under their keys.</summary>
    public const string VmRepaired = "lorica.vm.Repaired";

    /// <summary>A VM has another name.</summary>
    public const string VmRenamed = "lorica.vm.Renamed";

    /// <summary>A VM is in another folder.</summary>
    public const string VmMoved = "lorica.vm.Moved";

    /// <summary>A VM is on another host.</summary>
    public const string VmMigrated = "lorica.vm.Migrated";

    /// <summary>Somebody said that the host that held a VM is cut off for good: its lock may be taken over at once.</summary>
    public const string VmFenced = "lorica.vm.Fenced";

    /// <summary>Which disks a VM has, or how large one is, changed.</summary>
    public const string VmDisksChanged = "lorica.vm.DisksChanged";

    /// <summary>Something happened to a running VM.</summary>
    public const string VmChanged = "lorica.vm.Changed";

    /// <summary>A storage policy was created or cloned.</summary>
    public const string PolicyCreated = "lorica.policy.Created";

    /// <summary>A storage policy was edited.</summary>
    public const string PolicyEdited = "lorica.policy.Edited";

    /// <summary>A storage policy was deleted.</summary>
    public const string PolicyDeleted = "lorica.policy.Deleted";

    /// <summary>A VM is paused, shut down or kept off because its keys stay out of reach.</summary>
    public const string OutageActed = "lorica.vm.OutageActed";

    /// <summary>That is over.</summary>
    public const string OutageEnded = "lorica.vm.OutageEnded";

    /// <summary>Tags of a datastore were changed.</summary>
    public const string DatastoreTagged = "lorica.datastore.Tagged";

    /// <summary>A setting of the center was changed.</summary>
    public const string SettingChanged = "lorica.setting.Changed";

    /// <summary>A provider was registered.</summary>
    public const string ProviderAdded = "lorica.provider.Added";

    /// <summary>A provider was removed.</summary>
    public const string ProviderRemoved = "lorica.provider.Removed";

    /// <summary>Somebody was refused a change of who may what.</summary>
    public const string AccessRefused = "lorica.access.Refused";

    /// <summary>Somebody was refused an operation for want of a privilege.</summary>
    public const string PrivilegeRefused = "lorica.privilege.Refused";

    /// <summary>A permission was granted.</summary>
    public const string PermissionAdded = "vim.event.PermissionAddedEvent";

    /// <summary>A permission has another role.</summary>
    public const string PermissionUpdated = "vim.event.PermissionUpdatedEvent";

    /// <summary>A permission was revoked.</summary>
    public const string PermissionRemoved = "vim.event.PermissionRemovedEvent";

    /// <summary>A role was made.</summary>
    public const string RoleAdded = "vim.event.RoleAddedEvent";

    /// <summary>A role holds something else.</summary>
    public const string RoleUpdated = "vim.event.RoleUpdatedEvent";

    /// <summary>A role was removed.</summary>
    public const string RoleRemoved = "vim.event.RoleRemovedEvent";

    /// <summary>A user was added.</summary>
    public const string UserAdded = "lorica.user.Added";

    /// <summary>A user was removed.</summary>
    public const string UserRemoved = "lorica.user.Removed";

    /// <summary>A group came, went, or has other members.</summary>
    public const string GroupChanged = "lorica.group.Changed";

    /// <summary>An API token was made.</summary>
    public const string TokenCreated = "lorica.token.Created";

    /// <summary>An API token was revoked.</summary>
    public const string TokenRevoked = "lorica.token.Revoked";

    /// <summary>A session was ended by somebody.</summary>
    public const string SessionEnded = "lorica.session.Ended";

    /// <summary>A user name is locked for a while.</summary>
    public const string SignInLocked = "lorica.signIn.Locked";

    /// <summary>A password was changed.</summary>
    public const string PasswordSet = "lorica.signIn.PasswordSet";
}
