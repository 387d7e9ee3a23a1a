using System.Runtime.InteropServices;
using Lorica.Platform.Native;

namespace Lorica.Disks.Native;

/// <summary>The one table from error numbers to <see cref="DiskErrorKind"/>.</summary>
internal static class LinuxError
{
    public static DiskException ToException(string action, string? path, long? offset = null)
    {
        int error = Marshal.GetLastPInvokeError();
        var kind = error switch
        {
            Errno.NoEntry => DiskErrorKind.NotFound,
            Errno.Exists => DiskErrorKind.AlreadyExists,
            Errno.Loop or Errno.CrossDevice => DiskErrorKind.EscapesFolder,
            Errno.NoSpace or Errno.QuotaExceeded => DiskErrorKind.NoSpace,
            Errno.ReadOnlyStorage => DiskErrorKind.ReadOnly,
            Errno.FileTooBig => DiskErrorKind.TooLarge,
            Errno.NameTooLong or Errno.NotDirectory or Errno.IsDirectory => DiskErrorKind.InvalidArgument,
            _ => DiskErrorKind.Io,
        };
        string why = kind == DiskErrorKind.EscapesFolder
            ? "it is a link or leads out of its folder"
            : Marshal.GetPInvokeErrorMessage(error);
        return new DiskException(kind, $"Cannot {action} {path ?? "the file"}: {why} (error {error}).", path, offset);
    }
}
