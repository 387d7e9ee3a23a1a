using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>An object that comes into the inventory, as its unverified file describes it.</summary>
internal sealed record IncomingObject(
    string Id, string VmId, bool IsHome, string Path, bool Encrypted, string Provider, string KeyId, string Kcv)
{
    /// <summary>VM home.</summary>
    public static IncomingObject Home(VmFiles vm) =>
        new(vm.VmId, vm.VmId, true, vm.Path, vm.Encrypted, ProviderOf(vm.Key), KeyOf(vm.Key), vm.Kcv);

    /// <summary>A disk that <paramref name="vmId"/> is to have.</summary>
    public static IncomingObject Disk(VmDisk disk, string vmId) =>
        new(disk.ObjectId, vmId, false, disk.Path, disk.Encrypted, ProviderOf(disk.Key), KeyOf(disk.Key), disk.Kcv);

    private static string ProviderOf(KeyName? key) => key?.Provider ?? "";

    private static string KeyOf(KeyName? key) => key?.KeyId ?? "";
}
