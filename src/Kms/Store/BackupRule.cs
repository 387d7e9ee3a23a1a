using System.Globalization;
using Lorica.Kmip;

namespace Lorica.Kms.Store;

/// <summary>
/// No new keys in a store that has a key older than a day that is in no backup (or is itself older than a day and was never
/// backed up): a disk that dies would take whole VMs with it, and who tried the product out is the one who forgets. A store's
/// age is that of the root key's file, a key's that of its file, a backup's time stands in <c>last-backup</c>. A backup ends
/// it at once, without a restart. Safe for several threads.
/// </summary>
internal sealed class BackupRule(StateFolder folder, bool overridden, TimeProvider time)
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private DateTime _written;
    private DateTimeOffset? _oldest;
    private bool _known;

    /// <summary>Whether the store should have a newer backup.</summary>
    public bool IsDue
    {
        get
        {
            lock (_gate)
            {
                Look_NeedsLock();
                return _oldest is { } oldest && time.GetUtcNow() - oldest > Grace;
            }
        }
    }

    /// <summary>Refuses a new key when a backup is due.</summary>
    /// <exception cref="KmipException">PermissionDenied, with the way out.</exception>
    public void Check()
    {
        if (!overridden && IsDue)
        {
            throw new KmipException(KmipResultReason.PermissionDenied,
                "this key server has had keys for more than a day that are in no backup, so it makes no new ones: run lorica-kms "
                    + "backup FILE --state DIR --passphrase-file FILE");
        }

        // The key that is made now is in no backup.
        lock (_gate)
        {
            _oldest ??= time.GetUtcNow();
        }
    }

    /// <summary>Since when something has been in no backup. The files are looked through once, and after each backup.</summary>
    private void Look_NeedsLock()
    {
        var backup = LastBackup();
        var written = File.GetLastWriteTimeUtc(folder.LastBackup);
        if (_known && written == _written && backup is not null)
        {
            return;
        }

        (_known, _written) = (true, written);
        _oldest = backup is null
            ? TimeOf(folder.RootKey)
            : Directory.EnumerateFiles(folder.Objects, "*" + ObjectStore.Ending).Select(TimeOf).Where(t => t >= backup)
                .Select(t => (DateTimeOffset?)t).Min();
    }

    private DateTimeOffset? LastBackup()
    {
        if (!File.Exists(folder.LastBackup))
        {
            return null;
        }

        string text = File.ReadAllText(folder.LastBackup).Trim();
        return DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
    }

    private static DateTimeOffset TimeOf(string path) => new(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
}
