namespace Lorica.ControlPlane.Access;

/// <summary>Ids of privileges, as in the original.</summary>
public static class Privileges
{
    /// <summary>Direct access: the console of an encrypted VM, plaintext export.</summary>
    public const string CryptoAccess = "Cryptographer.Access";

    /// <summary>Encrypt an existing VM or disk.</summary>
    public const string Encrypt = "Cryptographer.Encrypt";

    /// <summary>Encrypt while creating.</summary>
    public const string EncryptNew = "Cryptographer.EncryptNew";

    /// <summary>Decrypt a VM or disk.</summary>
    public const string Decrypt = "Cryptographer.Decrypt";

    /// <summary>Shallow and deep recrypt.</summary>
    public const string Recrypt = "Cryptographer.Recrypt";

    /// <summary>Add and remove key providers, trust.</summary>
    public const string ManageKeyServers = "Cryptographer.ManageKeyServers";

    /// <summary>See key providers.</summary>
    public const string ReadKeyServersInfo = "Cryptographer.ReadKeyServersInfo";

    /// <summary>Create a VM.</summary>
    public const string CreateVm = "VirtualMachine.Inventory.Create";

    /// <summary>Delete a VM.</summary>
    public const string DeleteVm = "VirtualMachine.Inventory.Delete";

    /// <summary>Power on.</summary>
    public const string PowerOn = "VirtualMachine.Interact.PowerOn";

    /// <summary>Power off.</summary>
    public const string PowerOff = "VirtualMachine.Interact.PowerOff";

    /// <summary>Use the console.</summary>
    public const string Console = "VirtualMachine.Interact.ConsoleInteract";

    /// <summary>Apply a storage policy.</summary>
    public const string StoragePolicy = "StorageProfile.View";

    /// <summary>See objects.</summary>
    public const string View = "System.View";

    /// <summary>Read events.</summary>
    public const string ReadEvents = "Global.Diagnostics";
}
