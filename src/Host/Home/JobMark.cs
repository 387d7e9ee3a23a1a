using System.Globalization;

namespace Lorica.Host.Home;

/// <summary>
/// The line <c>lorica.job = "encrypt|decrypt:EPOCH:PART,PART…"</c> of a sealed VMX: a job is under way on these parts of the VM
/// (<c>home</c> and labels of disks). It is set before the first disk is touched and removed when the last part is done, so that
/// a host killed at any moment leaves a VM that says what it was in the middle of. Under it, and only for the disks it lists, a
/// disk may be plain, encrypted or in transition.
/// </summary>
internal sealed record JobMark(JobKind Kind, long Epoch, IReadOnlyList<string> Parts)
{
    public const string HomePart = "home";

    public bool Covers(string part) => Parts.Contains(part);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind.Name()}:{Epoch}:{string.Join(',', Parts)}");

    /// <summary>Null when the text is no mark.</summary>
    public static JobMark? Parse(string text)
    {
        var fields = text.Split(':', 3);
        return fields.Length == 3
            && JobKinds.Parse(fields[0]) is { } kind and not JobKind.RecryptShallow
            && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
            ? new JobMark(kind, epoch, fields[2].Split(',', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }
}
