using System.Globalization;

namespace Lorica.Cli.Rest;

/// <summary>Query strings of what was given.</summary>
internal static class QueryText
{
    /// <summary><c>?a=b&amp;c=d</c> of the pairs that have a value; empty when none has.</summary>
    public static string Of(params (string Name, string? Value)[] pairs)
    {
        string given = string.Join(
            '&', pairs.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
        return given.Length == 0 ? "" : "?" + given;
    }

    public static string? Of(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    public static string? Of(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);
}
