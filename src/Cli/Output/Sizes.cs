using System.Globalization;

namespace Lorica.Cli.Output;

/// <summary>Sizes as people write and read them: <c>10G</c>, <c>512M</c>; powers of 1024.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>
    /// Reads <c>10G</c>, <c>10GiB</c>, <c>512M</c>, <c>1048576</c>; null when it is no positive size below 8 EiB.
    /// </summary>
    public static long? Parse(string text)
    {
        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 18)
            return null;
        long number = long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture);
        int shift = text[digits..].ToUpperInvariant() switch
        {
            "" or "B" => 0,
            "K" or "KB" or "KIB" => 10,
            "M" or "MB" or "MIB" => 20,
            "G" or "GB" or "GIB" => 30,
            "T" or "TB" or "TIB" => 40,
            _ => -1,
        };
        if (shift < 0 || number <= 0 || number > long.MaxValue >> shift)
            return null;
        return number << shift;
    }

    /// <summary><c>1.5 GiB</c>.</summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        string format = unit == 0 || value >= 100 || value == Math.Floor(value) ? "0" : "0.0";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + Units[unit];
    }
}
