using Lorica.Kmip;

namespace Lorica.Kms.Store;

/// <summary>
/// No new keys in a store that is older than a day and was never backed up: a disk that dies would take whole VMs with it, and
/// who tried the product out is the one who forgets. The age is that of the root key's file. A backup ends it at once, without a
/// restart.
/// </summary>
internal sealed class BackupRule(StateFolder folder, bool overridden, TimeProvider time)
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>Whether the store should have a backup and has none.</summary>
    public bool IsDue => !File.Exists(folder.LastBackup)
        && time.GetUtcNow() - new DateTimeOffset(File.GetLastWriteTimeUtc(folder.RootKey), TimeSpan.Zero) > Grace;

    /// <summary>Refuses a new key when a backup is due.</summary>
    /// <exception cref="KmipException">PermissionDenied, with the way out.</exception>
    public void Check()
    {
        if (!overridden && IsDue)
        {
            throw new KmipException(KmipResultReason.PermissionDenied,
                "this key server is older than a day and has no backup, so it makes no new keys: run lorica-kms backup FILE "
                    + "--state DIR --passphrase-file FILE");
        }
    }
}
