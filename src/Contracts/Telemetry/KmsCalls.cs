using System.Globalization;

namespace Lorica.Contracts.Telemetry;

/// <summary>
/// What the broker asked of key servers while it carried out a call, told to the center in a trailer of the answer: the broker
/// has neither listener nor exporter, and may have ended before anybody asks. <c>SERVER OPERATION OUTCOME MILLISECONDS</c>,
/// separated by commas; the server percent-encoded.
/// </summary>
public static class KmsCalls
{
    /// <summary>Name of the trailer.</summary>
    public const string Trailer = "lorica-kms-calls";

    /// <summary>More are not told: a trailer is small.</summary>
    public const int Maximum = 100;

    private const int MaximumText = 48 * 1024, MaximumServer = 300, MaximumWord = 40;
    private static readonly string[] Outcomes = ["ok", "refused", "transport", "protocol", "other"];

    /// <summary>The trailer's text.</summary>
    public static string Encode(IEnumerable<KmsCall> calls) => string.Join(',', calls.Take(Maximum).Select(c => string.Create(
        CultureInfo.InvariantCulture, $"{Uri.EscapeDataString(c.Server)} {c.Operation} {c.Outcome} {c.Seconds * 1000:0.###}")));

    /// <summary>Reads a trailer; what is not as it should be is left out.</summary>
    public static IReadOnlyList<KmsCall> Decode(string text)
    {
        var calls = new List<KmsCall>();
        if (text.Length > MaximumText)
        {
            return calls;
        }

        foreach (string entry in text.Split(',', Maximum + 1).Take(Maximum))
        {
            if (entry.Split(' ') is [{ Length: > 0 and <= MaximumServer } server, { Length: > 0 and <= MaximumWord } operation,
                var outcome, var time]
                && operation.All(char.IsAsciiLetter) && Outcomes.Contains(outcome)
                && double.TryParse(time, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double milliseconds)
                && milliseconds is >= 0 and < 86_400_000)
            {
                calls.Add(new KmsCall(Uri.UnescapeDataString(server), operation, outcome, milliseconds / 1000));
            }
        }

        return calls;
    }
}
