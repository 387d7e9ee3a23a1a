using Lorica.Contracts.Native;

namespace Lorica.Contracts.Files;

/// <summary>
/// Files that are there whole or not at all. Written aside (<c>.NAME.new</c>) · fsync · renamed · fsync of the folder. A crash
/// before the rename leaves the old file and one aside, which the next write replaces; after it the new file, or, until the
/// folder is durable, either of the two.
/// </summary>
public static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file, replacing what is there; durable on return.</summary>
    /// <exception cref="IOException">It is not written, or not durable.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var aside = Path.Combine(folder, $".{Path.GetFileName(path)}.new");
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode, BufferSize = 0,
        }))
        {
            file.Write(content);
            Sync(file);
        }

        File.Move(aside, path, overwrite: true);
        FileSync.FlushFolder(folder);
    }

    /// <summary>Removes a file; durable on return.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        FileSync.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>What was written to an open file is durable on return.</summary>
    public static void Sync(FileStream file)
    {
        ArgumentNullException.ThrowIfNull(file);
        file.Flush();
        FileSync.Flush(file.SafeFileHandle, file.Name);
    }

    /// <summary>New, renamed and removed names in a folder are durable on return.</summary>
    public static void SyncFolder(string folder) => FileSync.FlushFolder(folder);
}
