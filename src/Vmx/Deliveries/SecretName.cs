using System.Globalization;

namespace Lorica.Vmx.Deliveries;

/// <summary>Names of secrets: <c>LABEL/N</c>, of the export that it is for and of its link, counted from 0.</summary>
internal static class SecretName
{
    private const int MaximumLink = 255;

    public static bool IsValid(string name) =>
        name.LastIndexOf('/') is > 0 and var slash && ExportLabel.IsValid(name[..slash])
        && int.TryParse(name.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int link)
        && link <= MaximumLink && name[(slash + 1)..] == link.ToString(CultureInfo.InvariantCulture);
}
