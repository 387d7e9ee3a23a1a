using System.Globalization;

namespace Lorica.Cli.Output;

/// <summary>Spans of time as people write and read them: <c>30s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>.</summary>
internal static class Durations
{
    private static readonly (char Unit, long Seconds)[] Units = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

    /// <summary>Seconds; null when it is no such span.</summary>
    public static long? Parse(string text)
    {
        if (text.Length is < 2 or > 9 || !text[..^1].All(char.IsAsciiDigit))
            return null;
        foreach (var (unit, seconds) in Units)
        {
            if (text[^1] == unit)
                return long.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture) * seconds;
        }
        return null;
    }

    /// <summary>In the largest unit that is exact.</summary>
    public static string Format(long seconds)
    {
        var (unit, size) = Units.First(u => seconds % u.Seconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / size}{unit}");
    }
}
