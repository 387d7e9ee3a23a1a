using Lorica.Kms.Native;

namespace Lorica.Kms.Store;

/// <summary>
/// Files that are there whole or not at all. Write aside (<c>NAME.tmp</c>, 0600) → fsync → rename → fsync of the folder. A crash
/// before the rename leaves the old file and a <c>.tmp</c> that the next start removes; a crash after it leaves the new file, or,
/// until the folder is durable, either of the two: whoever waits for the answer has none in that case.
/// </summary>
internal static class DurableFile
{
    /// <summary>Ending of files that are not finished.</summary>
    public const string Aside = ".tmp";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file of ours, replacing what is there.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        Place(path, content);
        FolderSync.Flush(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// The same but for the last step: it is durable only when the caller has synced the folder.
    /// </summary>
    public static void Place(string path, ReadOnlySpan<byte> content)
    {
        var aside = path + Aside;
        using (var handle = new FileStream(aside, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
            BufferSize = 0,
        }))
        {
            handle.Write(content);
            FolderSync.Flush(handle);
        }

        File.Move(aside, path, overwrite: true);
    }

    /// <summary>Removes a file, if it is there; durable on return.</summary>
    public static void Remove(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            FolderSync.Flush(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>
    /// Overwrites bytes of an open file that no name leads to any more, as far as the medium overwrites in place.
    /// </summary>
    public static void Overwrite(FileStream unlinked)
    {
        var length = unlinked.Length;
        unlinked.Position = 0;
        Span<byte> zeros = stackalloc byte[512];
        zeros.Clear();
        for (long done = 0; done < length; done += zeros.Length)
        {
            unlinked.Write(zeros[..(int)Math.Min(zeros.Length, length - done)]);
        }

        FolderSync.Flush(unlinked);
    }
}
