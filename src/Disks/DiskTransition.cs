using System.Globalization;

namespace Lorica.Disks;

/// <summary>The line <c>ddb.transition = "kind:epoch:method:side file"</c> of a disk whose in-place job is under way.</summary>
/// <param name="Kind">What the job does.</param>
/// <param name="Epoch">Of the operation that runs it, from the center.</param>
/// <param name="Method">How a window is protected.</param>
/// <param name="SideFile">The job's side file, in the disk's folder.</param>
public sealed record DiskTransition(TransitionKind Kind, long Epoch, TransitionMethod Method, string SideFile)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind.Word()}:{Epoch}:{Method.Word()}:{SideFile}");

    /// <summary>Reads the value of the line; null when it breaks the grammar.</summary>
    internal static DiskTransition? Parse(string text)
    {
        string[] parts = text.Split(':', 4);
        return parts.Length == 4
            && TransitionKinds.Parse(parts[0]) is { } kind
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
            && TransitionMethods.Parse(parts[2]) is { } method
            && parts[3].Length > 0 && !parts[3].AsSpan().ContainsAny("/\\\"")
            ? new DiskTransition(kind, epoch, method, parts[3])
            : null;
    }
}
