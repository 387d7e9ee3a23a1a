using Lorica.Contracts.Events;

namespace Lorica.ControlPlane.Audit;

/// <summary>
/// How what an event tells of came out, by its id: most ids tell of one outcome only. Where one does not, who writes the event
/// says it.
/// </summary>
internal static class UsualOutcomes
{
    /// <summary>The outcome of events of this id; one that is not in the list only tells something.</summary>
    public static EventOutcome Of(string eventId) => Find(eventId) ?? EventOutcome.Noticed;

    /// <summary>The same; null for an id that is not in the list.</summary>
    internal static EventOutcome? Find(string eventId) => eventId switch
    {
        EventIds.HostCryptoEnabled or EventIds.NewHostKeyMissingOnKms or EventIds.NewHostKeyClusterError
            or EventIds.AlarmAcknowledged or EventIds.ProviderChanged or EventIds.HostCryptoChanged
            or EventIds.HostAdded or EventIds.HostRemoved or EventIds.HostMoved or EventIds.HostMaintenance
            or EventIds.ContainerChanged or EventIds.VmCreated or EventIds.VmRemoved or EventIds.VmRegistered
            or EventIds.VmUnregistered or EventIds.VmRepaired or EventIds.VmRenamed or EventIds.VmMoved
            or EventIds.VmMigrated or EventIds.VmDisksChanged or EventIds.PolicyCreated or EventIds.PolicyEdited
            or EventIds.PolicyDeleted or EventIds.OutageActed or EventIds.DatastoreTagged or EventIds.SettingChanged
            or EventIds.ProviderAdded or EventIds.ProviderRemoved or EventIds.PermissionAdded
            or EventIds.PermissionUpdated or EventIds.PermissionRemoved or EventIds.RoleAdded or EventIds.RoleUpdated
            or EventIds.RoleRemoved or EventIds.UserAdded or EventIds.UserRemoved or EventIds.GroupChanged
            or EventIds.TokenCreated or EventIds.TokenRevoked or EventIds.SessionEnded
            or EventIds.PasswordSet => EventOutcome.Succeeded,
        EventIds.LockedMissingOnHost or EventIds.LockedMissingOnKms or EventIds.LockedClusterError
            or EventIds.RekeyFail or EventIds.NoDiskSpace or EventIds.KeyGenerateFail
            or EventIds.RequireEnableMissingOnKms or EventIds.RequireEnableClusterError => EventOutcome.Failed,
        EventIds.AccessRefused or EventIds.PrivilegeRefused or EventIds.SignInLocked => EventOutcome.Refused,
        EventIds.CryptoOperation or EventIds.TaskCancelRequested or EventIds.VmFenced => EventOutcome.Begun,
        EventIds.Unlocked or EventIds.KmsUnreachable or EventIds.KmsReachable or EventIds.KmsClientCertExpiration
            or EventIds.KmsServerCertExpiration or EventIds.AlarmRaised or EventIds.AlarmCleared or EventIds.TaskWaits
            or EventIds.WrongKey or EventIds.KeyEnds or EventIds.LastCopy or EventIds.DatastoreProblem
            or EventIds.OrphanKey or EventIds.Suspect or EventIds.HostConnected or EventIds.HostDisconnected
            or EventIds.VmChanged or EventIds.OutageEnded => EventOutcome.Noticed,
        _ => null,
    };
}
