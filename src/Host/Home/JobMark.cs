using System.Globalization;

namespace Lorica.Host.Home;

/// <summary>
/// The line <c>lorica.job = "encrypt|decrypt|rekey:EPOCH:PART,PART…"</c> of a sealed VMX: a job is under way on these parts of
/// the VM (<c>home</c> and labels of disks). It is set before the first disk is touched and removed when the last part is done,
/// so that a host killed at any moment leaves a VM that says what it was in the middle of. Under it, and only for the disks it
/// lists, a disk may be plain, encrypted or in transition. A decryption writes <c>PART*</c> once all data of that disk is plain,
/// before the disk's descriptor says so: a plain descriptor without that sign is not its work. A deep recrypt writes it once a
/// part has its new keys.
/// </summary>
internal sealed record JobMark(JobKind Kind, long Epoch, IReadOnlyList<string> Parts)
{
    public const string HomePart = "home";
    private const char FinishedSign = '*';

    /// <summary>Those of the parts of which a decryption or a deep recrypt has finished the data.</summary>
    public IReadOnlyList<string> Finished { get; init; } = [];

    public bool Covers(string part) => Parts.Contains(part);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Kind.Word()}:{Epoch}:{string.Join(',', Parts.Select(p => Finished.Contains(p) ? p + FinishedSign : p))}");

    /// <summary>The same with one part more of which the data is finished.</summary>
    public JobMark WithFinished(string part) => Finished.Contains(part) ? this : this with { Finished = [.. Finished, part] };

    private static JobMark Of(JobKind kind, long epoch, string[] parts) =>
        new(kind, epoch, [.. parts.Select(p => p.TrimEnd(FinishedSign))])
        {
            Finished = [.. parts.Where(p => p[^1] == FinishedSign).Select(p => p.TrimEnd(FinishedSign))],
        };

    /// <summary>Null when the text is no mark.</summary>
    public static JobMark? Parse(string text)
    {
        string[] fields = text.Split(':', 3);
        return fields.Length == 3
            && JobKinds.ParseMark(fields[0]) is { } kind
            && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
            ? Of(kind, epoch, fields[2].Split(',', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }
}
