using System.Globalization;

namespace Lorica.Cli.Output;

/// <summary>Times as tables show them.</summary>
internal static class Times
{
    /// <summary>UTC to the second.</summary>
    public static string Format(DateTimeOffset? time)
        => time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>UTC to the day.</summary>
    public static string Day(DateTimeOffset? time)
        => time?.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
