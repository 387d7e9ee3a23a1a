namespace Lorica.ControlPlane.Tasks;

/// <summary>Kinds of tasks.</summary>
public static class TaskKinds
{
    /// <summary>Create a VM.</summary>
    public const string Create = "vm.create";

    /// <summary>Create a VM with the content of disks.</summary>
    public const string Import = "vm.import";

    /// <summary>Delete a VM.</summary>
    public const string Delete = "vm.delete";

    /// <summary>Set a policy that changes nothing on disk.</summary>
    public const string SetPolicy = "vm.setPolicy";

    /// <summary>Encrypt.</summary>
    public const string Encrypt = "vm.encrypt";

    /// <summary>Decrypt.</summary>
    public const string Decrypt = "vm.decrypt";

    /// <summary>Shallow recrypt.</summary>
    public const string Recrypt = "vm.recrypt";

    /// <summary>Full clone; the task is the source's.</summary>
    public const string Clone = "vm.clone";

    /// <summary>Move to another datastore, or to another disk format.</summary>
    public const string Relocate = "vm.relocate";

    /// <summary>Power on.</summary>
    public const string PowerOn = "vm.powerOn";

    /// <summary>Power off.</summary>
    public const string PowerOff = "vm.powerOff";
}
