namespace Lorica.Model;

/// <summary>Kinds of tasks.</summary>
public static class TaskKinds
{
    /// <summary>Create a VM.</summary>
    public const string Create = "vm.create";

    /// <summary>Create a VM with the content of disks.</summary>
    public const string Import = "vm.import";

    /// <summary>Delete a VM.</summary>
    public const string Delete = "vm.delete";

    /// <summary>Create a storage policy.</summary>
    public const string PolicyCreate = "policy.create";

    /// <summary>Edit a storage policy.</summary>
    public const string PolicyEdit = "policy.edit";

    /// <summary>Delete a storage policy.</summary>
    public const string PolicyDelete = "policy.delete";

    /// <summary>Apply a storage policy to many VMs; each has a task of its own under it.</summary>
    public const string PolicyApply = "policy.apply";

    /// <summary>Tag a datastore.</summary>
    public const string DatastoreTag = "datastore.tag";

    /// <summary>Change a setting.</summary>
    public const string SettingChange = "setting.change";

    /// <summary>Say that an alarm was seen.</summary>
    public const string AlarmAcknowledge = "alarm.acknowledge";

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

    /// <summary>Take files that are there already into the inventory.</summary>
    public const string Register = "vm.register";

    /// <summary>Take a VM out of the inventory; its files stay.</summary>
    public const string Unregister = "vm.unregister";

    /// <summary>Fetch the keys of a locked VM.</summary>
    public const string Unlock = "vm.unlock";

    /// <summary>Let records count again that were given up although the files are under their keys.</summary>
    public const string Repair = "vm.repair";

    /// <summary>Change the display name.</summary>
    public const string Rename = "vm.rename";

    /// <summary>Move to another folder of the inventory.</summary>
    public const string Move = "vm.move";

    /// <summary>Move to another host that sees the same datastore, powered off.</summary>
    public const string Migrate = "vm.migrate";

    /// <summary>Add a new disk.</summary>
    public const string AddDisk = "vm.disk.add";

    /// <summary>Attach a disk that is there already.</summary>
    public const string AttachDisk = "vm.disk.attach";

    /// <summary>Detach a disk; its file stays.</summary>
    public const string DetachDisk = "vm.disk.detach";

    /// <summary>Remove a disk and its files.</summary>
    public const string RemoveDisk = "vm.disk.remove";

    /// <summary>Grow a disk.</summary>
    public const string ResizeDisk = "vm.disk.resize";

    /// <summary>Power on.</summary>
    public const string PowerOn = "vm.powerOn";

    /// <summary>Power off.</summary>
    public const string PowerOff = "vm.powerOff";

    /// <summary>Press the guest's reset button.</summary>
    public const string Reset = "vm.reset";

    /// <summary>Make a key ahead.</summary>
    public const string KeyGenerate = "key.generate";

    /// <summary>Remove a key from the center and its hosts; the KMS keeps it.</summary>
    public const string KeyRemove = "key.remove";

    /// <summary>Take a removal by force back.</summary>
    public const string KeyRestore = "key.restore";

    /// <summary>Check keys and certificates on their KMS.</summary>
    public const string KeyCheck = "key.check";

    /// <summary>Register a key provider.</summary>
    public const string ProviderAdd = "provider.add";

    /// <summary>Change a key provider.</summary>
    public const string ProviderChange = "provider.change";

    /// <summary>Have the broker make a key and a request for its certificate.</summary>
    public const string ProviderRequest = "provider.requestCertificate";

    /// <summary>Remove a key provider.</summary>
    public const string ProviderRemove = "provider.remove";
}
