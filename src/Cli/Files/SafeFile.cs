using Microsoft.Win32.SafeHandles;

namespace Lorica.Cli.Files;

/// <summary>Files that are replaced whole.</summary>
internal static class SafeFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>
    /// Writes aside, makes it durable, renames, makes the folder durable. A crash leaves the old file or the new one, and at
    /// most a file <c>.NAME.new</c>, which the next call replaces.
    /// </summary>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var folder = Path.GetDirectoryName(path)!;
        var aside = Path.Combine(folder, $".{Path.GetFileName(path)}.new");
        File.Delete(aside);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = mode, BufferSize = 0,
        };
        using (var file = new FileStream(aside, options))
        {
            file.Write(content);
            Native.Posix.Sync(file.SafeFileHandle);
        }
        File.Move(aside, path, overwrite: true);
        SyncFolder(folder);
    }

    private static void SyncFolder(string folder)
    {
        using SafeFileHandle handle = Native.Posix.OpenFolder(folder);
        Native.Posix.Sync(handle);
    }
}
