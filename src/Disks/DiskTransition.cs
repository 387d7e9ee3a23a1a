using System.Globalization;

namespace Lorica.Disks;

/// <summary>The line <c>ddb.transition = "kind:epoch:method:side file"</c> of a disk whose in-place job is under way.</summary>
/// <param name="Kind">What the job does.</param>
/// <param name="Epoch">Of the operation that runs it, from the center.</param>
/// <param name="Method">How a window is protected: <c>journal</c> is what this version writes.</param>
/// <param name="SideFile">The job's side file, in the disk's folder.</param>
public sealed record DiskTransition(TransitionKind Kind, long Epoch, string Method, string SideFile)
{
    internal const string Journal = "journal";
    internal const string Checksum = "checksum";

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()}:{Epoch}:{Method}:{SideFile}");

    /// <summary>Reads the value of the line; null when it breaks the grammar.</summary>
    internal static DiskTransition? Parse(string text)
    {
        string[] parts = text.Split(':', 4);
        if (parts.Length != 4)
            return null;
        TransitionKind? kind = parts[0] switch
        {
            "encrypt" => TransitionKind.Encrypt,
            "decrypt" => TransitionKind.Decrypt,
            "rekey" => TransitionKind.Rekey,
            _ => null,
        };
        return kind is { } k
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
            && parts[2] is Journal or Checksum
            && parts[3].Length > 0 && !parts[3].AsSpan().ContainsAny("/\\\"")
            ? new DiskTransition(k, epoch, parts[2], parts[3])
            : null;
    }
}
