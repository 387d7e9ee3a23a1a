using System.Text;
using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Names of VMs: they become names of folders and files.</summary>
internal static class VmNames
{
    private const int MaximumLength = 80;
    private const int MaximumBytes = 200;

    /// <summary>Refuses a name that could not be a folder, or would surprise whoever lists one.</summary>
    public static void Check(string name)
    {
        var ok = name.Length is > 0 and <= MaximumLength
            && Encoding.UTF8.GetByteCount(name) <= MaximumBytes
            && name[0] != '.'
            && !char.IsWhiteSpace(name[0]) && !char.IsWhiteSpace(name[^1])
            && !name.Any(c => c == '/' || char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFFFD');
        if (!ok)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.vmName", Printable(name),
                $"A VM's name has 1 to {MaximumLength} characters, no '/', no control characters, no dot at its start and no space around it.",
                "Choose another name."));
        }
    }

    private static string Printable(string name) => new([.. name.Take(MaximumLength).Select(c => char.IsControl(c) ? '?' : c)]);
}
