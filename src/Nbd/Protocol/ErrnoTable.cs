using Lorica.Disks;

namespace Lorica.Nbd.Protocol;

/// <summary>The one table from what devices throw to what the wire says. Everything unknown is an I/O error.</summary>
internal static class ErrnoTable
{
    public static NbdErrno Of(Exception error) => error switch
    {
        DiskException { Kind: DiskErrorKind.NoSpace } => NbdErrno.NoSpace,
        DiskException { Kind: DiskErrorKind.InvalidArgument } => NbdErrno.Invalid,
        DiskException { Kind: DiskErrorKind.ReadOnly } => NbdErrno.NotPermitted,
        DiskException { Kind: DiskErrorKind.Unsupported } => NbdErrno.NotSupported,
        OutOfMemoryException => NbdErrno.NoMemory,
        OperationCanceledException => NbdErrno.Shutdown,
        _ => NbdErrno.Io,
    };
}
