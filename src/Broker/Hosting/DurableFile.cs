using Lorica.Broker.Native;

namespace Lorica.Broker.Hosting;

/// <summary>
/// Replaces a small file so that a crash leaves the old content or the new, never a part: write aside, fsync, rename, fsync of
/// the folder. A crash before the rename leaves <c>NAME.new</c>, which the next write overwrites.
/// </summary>
internal static class DurableFile
{
    /// <summary>Mode of every file of the broker.</summary>
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var aside = path + ".new";
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private, BufferSize = 0,
        }))
        {
            file.Write(content);
            Libc.SyncFile(file.SafeFileHandle);
        }

        File.Move(aside, path, overwrite: true);
        Libc.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    public static void Delete(string path)
    {
        File.Delete(path);
        Libc.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
