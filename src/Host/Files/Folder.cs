using Lorica.Disks.Locks;
using Lorica.Host.Refusals;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Files;

/// <summary>
/// A folder held by its descriptor: every name is resolved below it and no link is followed, so that nobody who can rename
/// or link in the datastore leads a read or a write elsewhere. All failures are <see cref="IOException"/>, but for one: with a
/// <see cref="Right"/>, each single change is refused (<c>lorica.lockLost</c>, <c>lorica.vmxAway</c>) once that is lost.
/// Only lock files are made without.
/// </summary>
internal sealed class Folder : IDisposable
{
    private const int MaximumDepth = 32;

    private readonly SafeFileHandle _handle;

    private Folder(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
    }

    /// <summary>The path by which it was opened.</summary>
    public string Path { get; }

    /// <summary>What allows changes here; null where nobody shares the folder.</summary>
    public IWriteRight? Right { get; set; }

    public static Folder Open(string path) => new(path, PosixFile.OpenFolder(path));

    /// <summary>A path that means this very folder whatever its name has become; valid while the folder is held.</summary>
    private string Magic => $"/proc/self/fd/{_handle.DangerousGetHandle()}";

    /// <summary>
    /// The whole file, or null when there is none. A file above <paramref name="limit"/>, no regular file, or one that has a
    /// second name (so that somebody elsewhere can change it) is an error.
    /// </summary>
    public byte[]? Read(string name, int limit)
    {
        CheckName(name);
        SafeFileHandle file;
        try
        {
            file = PosixFile.OpenBelow(_handle, name, OpenFlags.ReadOnly);
        }
        catch (IOException e) when (Errno.Of(e) == Errno.NoEntry)
        {
            return null;
        }

        using (file)
        {
            RequireOneName(file, name);
            long length = RandomAccess.GetLength(file);
            if (length > limit)
                throw new IOException($"{name} has {length} bytes, more than the {limit} that such a file may have.");
            byte[] bytes = new byte[length];
            int read = 0;
            while (read < bytes.Length)
            {
                int n = RandomAccess.Read(file, bytes.AsSpan(read), read);
                if (n == 0)
                    throw new IOException($"{name} became shorter while it was read.");
                read += n;
            }

            return bytes;
        }
    }

    /// <summary>
    /// Replaces or creates a file so that a crash leaves the old content or the new one, never a mixture: written aside, fsync,
    /// renamed, fsync of the folder. A crash before the rename leaves <c>.NAME.new</c>, which the next replacement removes.
    /// </summary>
    /// <param name="name">The file.</param>
    /// <param name="content">What it is to hold.</param>
    /// <param name="named">Called between the rename and the last sync: a failure before leaves the old content for sure, one
    /// after it leaves either.</param>
    public void Replace(string name, ReadOnlySpan<byte> content, Action? named = null)
    {
        CheckName(name);
        string aside = $".{name}.new";
        using (var file = CreateNew(aside, OpenFlags.WriteOnly))
        {
            RequireRight();
            RandomAccess.Write(file, content, 0);
            SyncFile(file, aside);
        }

        Rename(aside, name, replace: true);
        named?.Invoke();
        Sync();
    }

    /// <summary>
    /// A new file that appears under its name only when <see cref="NewFile.Commit"/> was called; until then it is
    /// <c>.NAME.new</c>.
    /// </summary>
    public NewFile CreateAside(string name)
    {
        CheckName(name);
        string aside = $".{name}.new";
        var handle = CreateNew(aside, OpenFlags.ReadWrite);
        return new NewFile(handle, () =>
        {
            SyncFile(handle, aside);
            Rename(aside, name, replace: true);
            Sync();
        });
    }

    /// <summary>Opens a file for reading, or null when there is none.</summary>
    public FileStream? OpenRead(string name)
    {
        CheckName(name);
        try
        {
            var file = PosixFile.OpenBelow(_handle, name, OpenFlags.ReadOnly);
            if (PosixFile.IsRegularFile(file))
                return new FileStream(file, FileAccess.Read);
            file.Dispose();
            throw new IOException($"{name} is no regular file.");
        }
        catch (IOException e) when (Errno.Of(e) == Errno.NoEntry)
        {
            return null;
        }
    }

    /// <summary>Bytes that a file takes on its filesystem.</summary>
    public long AllocatedBytes(string name)
    {
        CheckName(name);
        return PosixFile.AllocatedBytes(_handle, name);
    }

    /// <summary>The number that the filesystem has for the file of a name; null for none.</summary>
    public ulong? InodeOf(string name)
    {
        CheckName(name);
        return PosixFile.InodeOf(_handle, name);
    }

    /// <summary>
    /// Overwrites the content of a file with zeros, durably: its bytes were plain and shall not be left on the medium. A file
    /// with a second name is somebody else's too and stays as it is.
    /// </summary>
    public void Overwrite(string name)
    {
        CheckName(name);
        SafeFileHandle file;
        try
        {
            file = PosixFile.OpenBelow(_handle, name, OpenFlags.ReadWrite);
        }
        catch (IOException e) when (Errno.Of(e) == Errno.NoEntry)
        {
            return;
        }

        using (file)
        {
            if (PosixFile.KindOf(file) is not (Regular: true, Links: 1))
                return;
            byte[] zeros = new byte[64 * 1024];
            long length = RandomAccess.GetLength(file);
            for (long at = 0; at < length; at += zeros.Length)
            {
                RequireRight();
                RandomAccess.Write(file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, length - at)), at);
            }

            SyncFile(file, name);
        }
    }

    /// <summary>Removes a file; false when there was none. Durable only after <see cref="Sync"/>.</summary>
    public bool Delete(string name)
    {
        CheckName(name);
        return Unlink(name);
    }

    /// <summary>Removes an empty folder.</summary>
    public bool DeleteFolder(string name)
    {
        CheckName(name);
        return Unlink(name, isFolder: true);
    }

    /// <summary>Removes an empty folder; false when something is in it, and it stays.</summary>
    public bool TryDeleteFolder(string name)
    {
        try
        {
            return DeleteFolder(name);
        }
        catch (IOException e) when (Errno.Of(e) is Errno.NotEmpty or Errno.Exists)
        {
            return false;
        }
    }

    /// <summary>
    /// Removes whatever has a name: a folder with all that is in it. No link is followed and nothing outside is touched.
    /// </summary>
    public void DeleteTree(string name, int depth = 0)
    {
        CheckName(name);
        try
        {
            Unlink(name);
        }
        catch (IOException e) when (Errno.Of(e) == Errno.IsDirectory)
        {
            if (depth > MaximumDepth)
                throw new IOException($"{Path} holds folders within folders without end.", e);
            var opened = PosixFile.OpenBelow(_handle, name, OpenFlags.ReadOnly);
            using (var inner = new Folder($"{Path}/{name}", opened) { Right = Right })
            {
                foreach (string entry in inner.Names())
                    inner.DeleteTree(entry, depth + 1);
            }

            DeleteFolder(name);
        }
    }

    /// <summary>
    /// Makes the folder this process's own and closes it to everybody else (0700): from then on nobody changes what is in it.
    /// </summary>
    public void TakeBack()
    {
        RequireRight();
        PosixFile.TakeOwner(_handle, Path);
        File.SetUnixFileMode(_handle, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Renames an entry to a name that nothing has; false when something has it.</summary>
    public bool TryRename(string from, string to)
    {
        CheckName(from);
        CheckName(to);
        try
        {
            Rename(from, to, replace: false);
            Sync();
            return true;
        }
        catch (IOException e) when (Errno.Of(e) == Errno.Exists)
        {
            return false;
        }
    }

    /// <summary>
    /// Renames an entry into another folder of the same filesystem; a name that is taken there is an error. Durable only after
    /// <see cref="Sync"/> of both.
    /// </summary>
    public void MoveTo(string name, Folder target)
    {
        CheckName(name);
        RequireRight();
        target.RequireRight();
        PosixFile.RenameBetween(_handle, name, target._handle, name);
    }

    /// <summary>Makes new and removed names durable.</summary>
    public void Sync() => SyncFile(_handle, Path);

    /// <summary>
    /// Opens (and creates) a lock file. Such a file is never renamed; it may be removed by who has its lock, so who takes the
    /// lock afterwards has to see that the file still has a name.
    /// </summary>
    public SafeFileHandle OpenLockFile(string name)
    {
        CheckName(name);
        return PosixFile.OpenBelow(_handle, name, OpenFlags.ReadWrite | OpenFlags.Create);
    }

    /// <summary>Opens a lock file that is there, to look at it: on storage that is mounted read-only too.</summary>
    public SafeFileHandle OpenLockFileToRead(string name)
    {
        CheckName(name);
        return PosixFile.OpenBelow(_handle, name, OpenFlags.ReadOnly);
    }

    /// <summary>Names of the entries, in no order.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Directory.EnumerateFileSystemEntries(Magic).Select(p => System.IO.Path.GetFileName(p))];

    /// <summary>Whether an entry of that name exists (a link counts, wherever it leads).</summary>
    public bool Has(string name) => Names().Contains(name);

    public void Dispose() => _handle.Dispose();

    // Whatever stands under the name now may have other names too: it is not written to.
    private SafeFileHandle CreateNew(string name, int access)
    {
        Unlink(name);
        RequireRight();
        return PosixFile.OpenBelow(_handle, name, access | OpenFlags.Create | OpenFlags.Exclusive);
    }

    private bool Unlink(string name, bool isFolder = false)
    {
        RequireRight();
        return PosixFile.Unlink(_handle, name, isFolder);
    }

    private void Rename(string from, string to, bool replace)
    {
        RequireRight();
        PosixFile.Rename(_handle, from, to, replace);
    }

    private void SyncFile(SafeFileHandle file, string name)
    {
        RequireRight();
        PosixFile.Sync(file, name);
    }

    private void RequireRight()
    {
        if (Right is { IsValid: false } lost)
            throw Refuse.WithoutRight(Path, lost);
    }

    private static void RequireOneName(SafeFileHandle file, string name)
    {
        var (regular, links) = PosixFile.KindOf(file);
        if (!regular)
            throw new IOException($"{name} is no regular file.");
        if (links != 1)
            throw new IOException($"{name} has {links} names; it could be changed by any of them.");
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 255 || name is "." or ".." || name.Contains('/') || name.Contains('\0'))
            throw new IOException($"'{name}' is no file name.");
    }
}
