using System.Globalization;
using System.Text.RegularExpressions;

namespace Lorica.Kms.Audit;

/// <summary>What the first line of a file says of the file before: the chain of hashes goes on over both.</summary>
/// <param name="Before">Number of the file before.</param>
/// <param name="Hash">That of its last line.</param>
/// <param name="RemovedUpTo">Number of the last file that the limit removes; 0 for none.</param>
internal sealed partial record AuditLink(long Before, string Hash, long RemovedUpTo)
{
    private const string Operation = "Rotate";

    /// <summary>The line for it.</summary>
    public AuditEntry ToEntry(DateTimeOffset time, string nameBefore) => new(
        time, "", "", "", Operation, nameBefore, "",
        string.Create(CultureInfo.InvariantCulture, $"goes on after file {Before}, hash {Hash}, removed up to {RemovedUpTo}"));

    /// <summary>What an entry says, or null when it is another one.</summary>
    public static AuditLink? Of(AuditEntry? entry) =>
        entry?.Operation == Operation && Pattern().Match(entry.Detail) is { Success: true } match
        && long.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out long before)
        && long.TryParse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture, out long removed)
            ? new(before, match.Groups[2].Value, removed)
            : null;

    [GeneratedRegex("^goes on after file ([0-9]{1,18}), hash ([0-9a-f]{64}), removed up to ([0-9]{1,18})\\z")]
    private static partial Regex Pattern();
}
