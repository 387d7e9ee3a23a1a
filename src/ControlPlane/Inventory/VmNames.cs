using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Names of VMs: they become names of folders and files.</summary>
internal static class VmNames
{
    private const int Shown = 80;

    /// <summary>Refuses a name that could not be a folder, or would surprise whoever lists one.</summary>
    public static void Check(string name)
    {
        if (!VmNameRule.Allows(name))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.vmName", Printable(name),
                VmNameRule.Text,
                "Choose another name."));
        }
    }

    private static string Printable(string name) =>
        new([.. name.Take(Shown).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
}
