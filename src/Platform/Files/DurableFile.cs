using Lorica.Platform.Native;

namespace Lorica.Platform.Files;

/// <summary>
/// Files that are there whole or not at all.
/// <code>
/// 1 remove .NAME.new if a crash left one     crash: the old file
/// 2 make .NAME.new                           crash: the old file, and an empty one aside
/// 3 write, fsync                             crash: the old file, and a part or all of the new one aside
/// 4 rename over NAME                         crash: the old file or the new one, and nobody was told
/// 5 fsync of the folder                      crash: the new one
/// </code>
/// The file aside is new each time (O_EXCL): neither a link nor a file with a second name is ever written through, and its mode
/// is the one that was asked for from its first moment. What a crash or a full disk leaves aside goes with the next write of the
/// same file; who reads a whole folder leaves out what <see cref="IsAside"/> says.
/// <para>
/// After step 5 failed, either file may be there after a loss of power, and trying again would not tell which.
/// </para>
/// </summary>
public static class DurableFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Prefix = ".", Ending = ".new";

    /// <summary>Steps 1 to 5: writes a file, replacing what is there; durable on return.</summary>
    /// <exception cref="IOException">It is not written, or not durable; its HResult is the error number.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly)
    {
        Place(path, content, mode);
        SyncFolder(FolderOf(path));
    }

    /// <summary>
    /// Steps 1 to 4, for many files with one sync: durable only when <see cref="SyncFolder"/> has returned for its folder.
    /// </summary>
    public static void Place(string path, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly)
    {
        string aside = Path.Combine(FolderOf(path), Prefix + Path.GetFileName(path) + Ending);
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
    }

    /// <summary>Whether a name is that of a file which was never finished.</summary>
    public static bool IsAside(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal);

    /// <summary>Removes a file, if it is there; durable on return.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        SyncFolder(FolderOf(path));
    }

    /// <summary>
    /// Overwrites bytes of an open file that no name leads to any more, as far as the medium overwrites in place; durable on
    /// return.
    /// </summary>
    public static void Overwrite(FileStream unlinked)
    {
        long length = unlinked.Length;
        unlinked.Position = 0;
        Span<byte> zeros = stackalloc byte[512];
        zeros.Clear();
        for (long done = 0; done < length; done += zeros.Length)
            unlinked.Write(zeros[..(int)Math.Min(zeros.Length, length - done)]);
        Sync(unlinked);
    }

    /// <summary>What was written to an open file is durable on return.</summary>
    public static void Sync(FileStream file)
    {
        file.Flush();
        PosixFile.Sync(file.SafeFileHandle, file.Name);
    }

    /// <summary>New, renamed and removed names in a folder are durable on return.</summary>
    public static void SyncFolder(string folder) => PosixFile.SyncFolder(folder);

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
