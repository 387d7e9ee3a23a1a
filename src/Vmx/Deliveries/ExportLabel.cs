namespace Lorica.Vmx.Deliveries;

/// <summary>
/// Labels of exports. They become export names and node names: letters, digits, and a few signs that mean nothing to QEMU.
/// </summary>
internal static class ExportLabel
{
    public static bool IsValid(string label) =>
        label.Length is > 0 and <= 32 && label.All(ch => char.IsAsciiLetterOrDigit(ch) || ch is ':' or '-' or '_' or '.');
}
