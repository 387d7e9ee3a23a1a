using System.Collections.Frozen;
using System.Reflection;

namespace Lorica.Model;

/// <summary>
/// Every privilege there is, by its id as in the original. One is added here and nowhere else: Admin holds it from then on,
/// and <c>IAuthorizer</c> refuses ids that are not here.
/// </summary>
public static class Privileges
{
    // System

    /// <summary>What everybody may, signed in or not.</summary>
    public const string Anonymous = "System.Anonymous";

    /// <summary>See that an object is there, and its state.</summary>
    public const string View = "System.View";

    /// <summary>See every detail of an object.</summary>
    public const string Read = "System.Read";

    // Crypto

    /// <summary>Direct access to the plain content of an encrypted VM: its console, plaintext export, backup.</summary>
    public const string CryptoAccess = "Cryptographer.Access";

    /// <summary>Add a disk to an encrypted VM.</summary>
    public const string CryptoAddDisk = "Cryptographer.AddDisk";

    /// <summary>Clone an encrypted VM.</summary>
    public const string CryptoClone = "Cryptographer.Clone";

    /// <summary>Decrypt a VM or disk.</summary>
    public const string Decrypt = "Cryptographer.Decrypt";

    /// <summary>Encrypt an existing VM or disk.</summary>
    public const string Encrypt = "Cryptographer.Encrypt";

    /// <summary>Encrypt while creating; checked at the folder.</summary>
    public const string EncryptNew = "Cryptographer.EncryptNew";

    /// <summary>Create, change, delete encryption policies.</summary>
    public const string ManageEncryptionPolicy = "Cryptographer.ManageEncryptionPolicy";

    /// <summary>Add and remove key providers, trust.</summary>
    public const string ManageKeyServers = "Cryptographer.ManageKeyServers";

    /// <summary>Key operations by hand.</summary>
    public const string ManageKeys = "Cryptographer.ManageKeys";

    /// <summary>Migrate an encrypted VM.</summary>
    public const string CryptoMigrate = "Cryptographer.Migrate";

    /// <summary>Shallow and deep recrypt.</summary>
    public const string Recrypt = "Cryptographer.Recrypt";

    /// <summary>Put a host into encryption mode, explicitly or on the way; checked at the host or cluster.</summary>
    public const string RegisterHost = "Cryptographer.RegisterHost";

    /// <summary>Register or unlock an encrypted VM; checked at the folder.</summary>
    public const string CryptoRegisterVm = "Cryptographer.RegisterVM";

    /// <summary>See key providers, and which key an object is encrypted with.</summary>
    public const string ReadKeyServersInfo = "Cryptographer.ReadKeyServersInfo";

    // VM inventory

    /// <summary>Create a VM; checked at the folder.</summary>
    public const string CreateVm = "VirtualMachine.Inventory.Create";

    /// <summary>Create a VM out of another; checked at the folder of the new one.</summary>
    public const string CreateVmFromExisting = "VirtualMachine.Inventory.CreateFromExisting";

    /// <summary>Register a VM that lies on a datastore; checked at the folder.</summary>
    public const string RegisterVm = "VirtualMachine.Inventory.Register";

    /// <summary>Take a VM out of the inventory; its files stay.</summary>
    public const string UnregisterVm = "VirtualMachine.Inventory.Unregister";

    /// <summary>Delete a VM and its files.</summary>
    public const string DeleteVm = "VirtualMachine.Inventory.Delete";

    /// <summary>Move a VM to another folder; checked at the VM and at the folder.</summary>
    public const string MoveVm = "VirtualMachine.Inventory.Move";

    // VM configuration

    /// <summary>Rename a VM.</summary>
    public const string RenameVm = "VirtualMachine.Config.Rename";

    /// <summary>Add a new disk.</summary>
    public const string AddNewDisk = "VirtualMachine.Config.AddNewDisk";

    /// <summary>Attach a disk that is there.</summary>
    public const string AddExistingDisk = "VirtualMachine.Config.AddExistingDisk";

    /// <summary>Detach or delete a disk.</summary>
    public const string RemoveDisk = "VirtualMachine.Config.RemoveDisk";

    /// <summary>Enlarge a disk.</summary>
    public const string ExtendDisk = "VirtualMachine.Config.DiskExtend";

    /// <summary>Settings: boot order, firmware, start-up, outage.</summary>
    public const string ConfigSettings = "VirtualMachine.Config.Settings";

    /// <summary>Number of processors.</summary>
    public const string ConfigCpu = "VirtualMachine.Config.CPUCount";

    /// <summary>Size of the memory.</summary>
    public const string ConfigMemory = "VirtualMachine.Config.Memory";

    /// <summary>Shares, limits, reservations.</summary>
    public const string ConfigResource = "VirtualMachine.Config.Resource";

    /// <summary>Add and remove devices that are not disks.</summary>
    public const string AddRemoveDevice = "VirtualMachine.Config.AddRemoveDevice";

    /// <summary>Change devices.</summary>
    public const string EditDevice = "VirtualMachine.Config.EditDevice";

    /// <summary>Lines of the configuration that have no setting of their own.</summary>
    public const string AdvancedConfig = "VirtualMachine.Config.AdvancedConfig";

    /// <summary>Notes of a VM.</summary>
    public const string Annotate = "VirtualMachine.Config.Annotation";

    /// <summary>Take the configuration from another file.</summary>
    public const string ReloadFromPath = "VirtualMachine.Config.ReloadFromPath";

    // VM interaction

    /// <summary>Power on.</summary>
    public const string PowerOn = "VirtualMachine.Interact.PowerOn";

    /// <summary>Power off.</summary>
    public const string PowerOff = "VirtualMachine.Interact.PowerOff";

    /// <summary>Suspend.</summary>
    public const string Suspend = "VirtualMachine.Interact.Suspend";

    /// <summary>Reset.</summary>
    public const string Reset = "VirtualMachine.Interact.Reset";

    /// <summary>Use the console.</summary>
    public const string Console = "VirtualMachine.Interact.ConsoleInteract";

    /// <summary>Connect and disconnect devices.</summary>
    public const string DeviceConnection = "VirtualMachine.Interact.DeviceConnection";

    /// <summary>Insert and remove media.</summary>
    public const string SetCdMedia = "VirtualMachine.Interact.SetCDMedia";

    /// <summary>Answer what a VM waits for.</summary>
    public const string AnswerQuestion = "VirtualMachine.Interact.AnswerQuestion";

    /// <summary>Take a picture of the screen.</summary>
    public const string Screenshot = "VirtualMachine.Interact.CreateScreenshot";

    /// <summary>Read disks for a backup.</summary>
    public const string Backup = "VirtualMachine.Interact.Backup";

    // VM provisioning and state

    /// <summary>Clone a VM.</summary>
    public const string CloneVm = "VirtualMachine.Provisioning.Clone";

    /// <summary>Download files of a VM.</summary>
    public const string GetVmFiles = "VirtualMachine.Provisioning.GetVmFiles";

    /// <summary>Upload files of a VM.</summary>
    public const string PutVmFiles = "VirtualMachine.Provisioning.PutVmFiles";

    /// <summary>Read a disk at any place.</summary>
    public const string DiskRandomRead = "VirtualMachine.Provisioning.DiskRandomRead";

    /// <summary>Write a disk at any place.</summary>
    public const string DiskRandomAccess = "VirtualMachine.Provisioning.DiskRandomAccess";

    /// <summary>Take a snapshot.</summary>
    public const string CreateSnapshot = "VirtualMachine.State.CreateSnapshot";

    /// <summary>Go back to a snapshot.</summary>
    public const string RevertToSnapshot = "VirtualMachine.State.RevertToSnapshot";

    /// <summary>Remove a snapshot.</summary>
    public const string RemoveSnapshot = "VirtualMachine.State.RemoveSnapshot";

    /// <summary>Rename a snapshot.</summary>
    public const string RenameSnapshot = "VirtualMachine.State.RenameSnapshot";

    /// <summary>Export a VM as OVF.</summary>
    public const string ExportVm = "VApp.Export";

    /// <summary>Import a VM from OVF.</summary>
    public const string ImportVm = "VApp.Import";

    // Resources and hosts

    /// <summary>Place a VM on a host or cluster.</summary>
    public const string AssignVmToPool = "Resource.AssignVMToPool";

    /// <summary>Migrate a VM that is off.</summary>
    public const string ColdMigrate = "Resource.ColdMigrate";

    /// <summary>Migrate a VM that runs.</summary>
    public const string HotMigrate = "Resource.HotMigrate";

    /// <summary>Add a host to a cluster; checked at the cluster.</summary>
    public const string AddHostToCluster = "Host.Inventory.AddHostToCluster";

    /// <summary>Add a host outside any cluster; checked at the datacenter.</summary>
    public const string AddStandaloneHost = "Host.Inventory.AddStandaloneHost";

    /// <summary>Remove a host.</summary>
    public const string RemoveHost = "Host.Inventory.RemoveHostFromCluster";

    /// <summary>Move a host to another cluster; checked at both.</summary>
    public const string MoveHost = "Host.Inventory.MoveHost";

    /// <summary>Create a cluster; checked at the datacenter.</summary>
    public const string CreateCluster = "Host.Inventory.CreateCluster";

    /// <summary>Change a cluster.</summary>
    public const string EditCluster = "Host.Inventory.EditCluster";

    /// <summary>Rename a cluster.</summary>
    public const string RenameCluster = "Host.Inventory.RenameCluster";

    /// <summary>Delete a cluster.</summary>
    public const string DeleteCluster = "Host.Inventory.DeleteCluster";

    /// <summary>Enter and leave maintenance mode.</summary>
    public const string HostMaintenance = "Host.Config.Maintenance";

    /// <summary>Connect and disconnect a host.</summary>
    public const string HostConnection = "Host.Config.Connection";

    /// <summary>Settings of a host.</summary>
    public const string HostSettings = "Host.Config.Settings";

    /// <summary>Datastores of a host.</summary>
    public const string HostStorage = "Host.Config.Storage";

    /// <summary>Users on a host itself.</summary>
    public const string ManageHostUsers = "Host.Local.ManageUserGroups";

    // Containers

    /// <summary>Create a datacenter; checked at the root.</summary>
    public const string CreateDatacenter = "Datacenter.Create";

    /// <summary>Delete a datacenter.</summary>
    public const string DeleteDatacenter = "Datacenter.Delete";

    /// <summary>Rename a datacenter.</summary>
    public const string RenameDatacenter = "Datacenter.Rename";

    /// <summary>Move a datacenter.</summary>
    public const string MoveDatacenter = "Datacenter.Move";

    /// <summary>Create a folder; checked where it is made.</summary>
    public const string CreateFolder = "Folder.Create";

    /// <summary>Delete a folder.</summary>
    public const string DeleteFolder = "Folder.Delete";

    /// <summary>Rename a folder.</summary>
    public const string RenameFolder = "Folder.Rename";

    /// <summary>Move a folder; checked at it and where it goes.</summary>
    public const string MoveFolder = "Folder.Move";

    // Datastores and policies

    /// <summary>Use space of a datastore.</summary>
    public const string AllocateSpace = "Datastore.AllocateSpace";

    /// <summary>See the files of a datastore.</summary>
    public const string BrowseDatastore = "Datastore.Browse";

    /// <summary>Copy, move, delete files of a datastore.</summary>
    public const string DatastoreFiles = "Datastore.FileManagement";

    /// <summary>Delete files of a datastore.</summary>
    public const string DeleteDatastoreFile = "Datastore.DeleteFile";

    /// <summary>Change a datastore.</summary>
    public const string ConfigureDatastore = "Datastore.Config";

    /// <summary>Rename a datastore.</summary>
    public const string RenameDatastore = "Datastore.Rename";

    /// <summary>Remove a datastore.</summary>
    public const string DeleteDatastore = "Datastore.Delete";

    /// <summary>See and apply storage policies.</summary>
    public const string StoragePolicy = "StorageProfile.View";

    /// <summary>Create, change, delete storage policies.</summary>
    public const string UpdatePolicy = "StorageProfile.Update";

    /// <summary>Create a tag.</summary>
    public const string CreateTag = "InventoryService.Tagging.CreateTag";

    /// <summary>Delete a tag.</summary>
    public const string DeleteTag = "InventoryService.Tagging.DeleteTag";

    /// <summary>Attach and detach a tag; checked at the object.</summary>
    public const string AttachTag = "InventoryService.Tagging.AttachTag";

    // The center

    /// <summary>Diagnostics: audit events, logs, support bundles.</summary>
    public const string ReadEvents = "Global.Diagnostics";

    /// <summary>Settings of the center.</summary>
    public const string Settings = "Global.Settings";

    /// <summary>Cancel tasks of others.</summary>
    public const string CancelTask = "Global.CancelTask";

    /// <summary>Write an event by hand.</summary>
    public const string LogEvent = "Global.LogEvent";

    /// <summary>Grant and revoke permissions; checked at the object.</summary>
    public const string ModifyPermissions = "Authorization.ModifyPermissions";

    /// <summary>Create, change, delete roles.</summary>
    public const string ModifyRoles = "Authorization.ModifyRoles";

    /// <summary>Delete a role that permissions use.</summary>
    public const string ReassignRolePermissions = "Authorization.ReassignRolePermissions";

    /// <summary>Users, groups and API tokens of others (Lorica's own: the original has another directory of people).</summary>
    public const string ManageUsers = "Authorization.ManageUsers";

    /// <summary>See and end the sessions of others.</summary>
    public const string TerminateSession = "Sessions.TerminateSession";

    /// <summary>Check a session of somebody else.</summary>
    public const string ValidateSession = "Sessions.ValidateSession";

    /// <summary>Create an alarm.</summary>
    public const string CreateAlarm = "Alarm.Create";

    /// <summary>Change an alarm.</summary>
    public const string EditAlarm = "Alarm.Edit";

    /// <summary>Delete an alarm.</summary>
    public const string DeleteAlarm = "Alarm.Delete";

    /// <summary>Acknowledge an alarm.</summary>
    public const string AcknowledgeAlarm = "Alarm.Acknowledge";

    /// <summary>Create a task by hand.</summary>
    public const string CreateTask = "Task.Create";

    /// <summary>Change a task by hand.</summary>
    public const string UpdateTask = "Task.Update";

    /// <summary>Begin of the ids of what has to do with encryption.</summary>
    public const string CryptoPrefix = "Cryptographer.";

    /// <summary>All of them.</summary>
    public static FrozenSet<string> All { get; } = typeof(Privileges)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(f => f is { IsLiteral: true, Name: not nameof(CryptoPrefix) })
        .Select(f => (string)f.GetRawConstantValue()!)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether it has to do with encryption.</summary>
    public static bool IsCrypto(string privilege) => privilege.StartsWith(CryptoPrefix, StringComparison.Ordinal);
}
