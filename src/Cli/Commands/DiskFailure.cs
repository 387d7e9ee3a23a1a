using Lorica.Cli.Output;
using Lorica.Disks;

namespace Lorica.Cli.Commands;

/// <summary>From failures of disk images on this machine to exit codes.</summary>
internal static class DiskFailure
{
    public static CliException ToException(DiskException e)
    {
        string about = e.Path is { Length: > 0 } path && !e.Message.Contains(path, StringComparison.Ordinal) ? $"{path}: " : "";
        return new CliException(KindOf(e.Kind), about + e.Message, e.WayOut ?? HintOf(e.Kind), e);
    }

    private static ExitCode KindOf(DiskErrorKind kind) => kind switch
    {
        DiskErrorKind.NotFound => ExitCode.NotFound,
        DiskErrorKind.InvalidArgument => ExitCode.Usage,
        DiskErrorKind.Io => ExitCode.Other,
        _ => ExitCode.Refused,
    };

    private static string HintOf(DiskErrorKind kind) => kind switch
    {
        DiskErrorKind.Unsupported => "Convert it first: qemu-img convert -O raw IMAGE disk.raw",
        DiskErrorKind.HasParent => "Flatten the chain first: qemu-img convert -O raw IMAGE disk.raw",
        DiskErrorKind.EscapesFolder => "An image may only name files in its own folder; do not trust where this one comes from.",
        DiskErrorKind.AlreadyEncrypted => "Register the virtual machine that it belongs to instead of importing its disk.",
        _ => "",
    };
}
