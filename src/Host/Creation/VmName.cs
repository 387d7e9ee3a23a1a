using System.Globalization;
using System.Text;
using Lorica.Contracts.Names;
using Lorica.Host.Home;
using Lorica.Host.Refusals;

namespace Lorica.Host.Creation;

/// <summary>Names of VMs as people give them, and the names of folders and files made from them.</summary>
internal static class VmName
{
    private const int MaximumFileName = 60;

    /// <summary>Refuses what <see cref="NameRule.CanBeFile"/> does not allow.</summary>
    public static string Check(string name) =>
        NameRule.CanBeFile(name) ? name : throw Refuse.Argument("name", NameRule.Text, "Use another name.");

    /// <summary>
    /// A file name for a VM: letters, digits, <c>.</c>, <c>_</c> and <c>-</c> stay, all else becomes <c>_</c>. Not unique:
    /// <paramref name="attempt"/> above 0 adds a number.
    /// </summary>
    public static string ToFileName(string name, int attempt)
    {
        var text = new StringBuilder();
        foreach (char c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_');
        if (text.Length > MaximumFileName)
            text.Length = MaximumFileName;
        if (text[0] is '-' or '.')
            text[0] = '_';

        // The first disk gets this name: its files must not be another one's.
        if (!VmFiles.IsNewDiskName(text.ToString()))
            text.Append('_');
        return attempt == 0 ? text.ToString() : string.Create(CultureInfo.InvariantCulture, $"{text}_{attempt}");
    }
}
