using Lorica.Platform.Files;


namespace Lorica.Kms.Audit;

/// <summary>
/// The files of an audit that is written to: steps 2 to 5 of <see cref="AuditLog"/>'s rotation, and their end after a crash.
/// </summary>
internal sealed class AuditRotation(
    string path, AuditLimits? limits, TimeProvider time, Action<string>? warn, Action<string>? afterStep)
{
    private readonly AuditFiles _files = new(path);
    private Exception? _failed;

    /// <summary>After a rotation that failed the next try is made here.</summary>
    private long _nextTry;

    /// <summary>Whether a file of this length is to be closed.</summary>
    public bool IsDue(long length) => limits is not null && length >= Math.Max(limits.FileBytes, _nextTry);

    /// <summary>Refuses to go on after a sync of the folder that failed.</summary>
    /// <exception cref="IOException">It has.</exception>
    public void RequireSound()
    {
        if (_failed is { } failed)
        {
            throw new IOException($"an earlier sync failed, so nothing is written any more: {failed.Message}", failed);
        }
    }

    /// <summary>Opens the file that is written to; makes it when it is not there.</summary>
    public FileStream OpenCurrent()
    {
        File.Delete(_files.Aside);
        if (!File.Exists(path))
        {
            if (_files.Closed() is [.., var before])
            {
                // A crash after step 3.
                File.Move(_files.PathOf(before), path);
            }
            else
            {
                Open(path, FileMode.CreateNew).Dispose();
            }

            DurableFile.SyncFolder(_files.Folder);
        }

        return Open(path, FileMode.Open);
    }

    /// <summary>Steps 2 to 5.</summary>
    /// <param name="last">Hash of the last line of the file that is open, which is durable.</param>
    /// <param name="length">Its length.</param>
    /// <returns>The next file, with the hash of its line and its length; null to go on in the one that is open.</returns>
    public (FileStream File, string Last, long End)? TryNext(string last, long length)
    {
        FileStream? next = null;
        try
        {
            // A try that failed after step 3 has closed the file under its name already.
            var closed = _files.Closed();
            long known = Math.Max(closed is [.., var newest] ? newest : 0, AuditReader.LinkOf(path)?.Before ?? 0);
            long number = File.Exists(path) ? known + 1 : known;

            // Step 2
            (next, string? hash) = Make(number, last);
            afterStep?.Invoke("2 made");

            // Step 3
            if (File.Exists(path))
            {
                File.Move(path, _files.PathOf(number));
                Sync();
            }

            afterStep?.Invoke("3 closed");

            // Step 4
            File.Move(_files.Aside, path);
            Sync();
            afterStep?.Invoke("4 switched");
            _nextTry = 0;

            // Step 5
            Remove();
            return (next, hash, next.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            next?.Dispose();
            _nextTry = length + (limits!.FileBytes / 8);
            warn?.Invoke($"the audit goes on in the same file: {e.Message}");
            return null;
        }
    }

    private void Sync()
    {
        try
        {
            DurableFile.SyncFolder(_files.Folder);
        }
        catch (IOException e)
        {
            _failed = e;
            throw;
        }
    }

    /// <summary>Makes the next file aside, with its first line.</summary>
    private (FileStream File, string Hash) Make(long before, string last)
    {
        long removed = limits is { Kept: > 0 } ? Math.Max(0, before - limits.Kept) : 0;
        var file = Open(_files.Aside, FileMode.Create);
        try
        {
            var (line, hash) = AuditLog.LineOf(
                new AuditLink(before, last, removed).ToEntry(time.GetUtcNow(), _files.NameOf(before)), last);
            file.Write(line);
            DurableFile.Sync(file);
            return (file, hash);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Removes what the first line of the open file says is removed.</summary>
    private void Remove()
    {
        try
        {
            long upTo = AuditReader.LinkOf(path)?.RemovedUpTo ?? 0;
            foreach (long number in _files.Closed().Where(n => n <= upTo))
            {
                File.Delete(_files.PathOf(number));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn?.Invoke($"audit files that are too many are still there: {e.Message}");
        }
    }

    private static FileStream Open(string path, FileMode mode) => new(path, new FileStreamOptions
    {
        Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0,
        UnixCreateMode = mode == FileMode.Open ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
