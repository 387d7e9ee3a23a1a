using System.Globalization;

namespace Lorica.Host.Home;

/// <summary>Labels of disks: <c>virtioN:M</c>.</summary>
internal static class DiskLabel
{
    public static bool IsValid(string label)
    {
        const string Prefix = "virtio";
        if (!label.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        string[] numbers = label[Prefix.Length..].Split(':');
        return numbers.Length == 2 && IsNumber(numbers[0], 3) && IsNumber(numbers[1], 63);
    }

    private static bool IsNumber(string text, int maximum) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n <= maximum
        && text == n.ToString(CultureInfo.InvariantCulture);
}
