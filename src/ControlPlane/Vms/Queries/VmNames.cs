using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>Names of VMs: they become names of folders and files.</summary>
internal static class VmNames
{
    /// <summary>Refuses a name that nobody may give.</summary>
    public static void Check(string name) => Require(NameRule.Allows(name), name);

    /// <summary>
    /// Refuses a name of files that are brought, when it could not be a folder or would surprise whoever lists one.
    /// </summary>
    public static void CheckBrought(string name) => Require(NameRule.CanBeFile(name), name);

    private static void Require(bool rule, string name)
    {
        if (!rule)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.vmName", NameRule.Printable(name),
                NameRule.Text, "Choose another name."));
        }
    }
}
