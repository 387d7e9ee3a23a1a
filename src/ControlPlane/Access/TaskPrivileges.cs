using Lorica.ControlPlane.Model;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// What each kind of task on a VM needs at that VM when it is taken up again: the same that was asked for when it began, as far
/// as the VM itself is concerned. Every kind has its row; one without is not taken up.
/// </summary>
internal static class TaskPrivileges
{
    /// <summary>Privileges of a task, in the order in which they are asked for.</summary>
    public static IReadOnlyList<string> Of(string kind, VmTaskArguments arguments) => kind switch
    {
        TaskKinds.Create or TaskKinds.Import => arguments.Provider is null
            ? [Privileges.CreateVm]
            : [Privileges.CreateVm, Privileges.EncryptNew],
        TaskKinds.Delete => [Privileges.DeleteVm],
        TaskKinds.SetPolicy => [Privileges.StoragePolicy],
        TaskKinds.Encrypt => [Privileges.StoragePolicy, Privileges.Encrypt],
        TaskKinds.Decrypt => [Privileges.StoragePolicy, Privileges.Decrypt],
        TaskKinds.Recrypt => [Privileges.Recrypt],
        TaskKinds.PowerOn => [Privileges.PowerOn],
        TaskKinds.PowerOff => [Privileges.PowerOff],
        TaskKinds.Clone => [Privileges.CloneVm, .. arguments.Asked],
        TaskKinds.Relocate => [Privileges.ColdMigrate, .. arguments.Asked],
        TaskKinds.Migrate => [Privileges.ColdMigrate, .. Asked(arguments)],
        TaskKinds.Register => [Privileges.RegisterVm, .. Asked(arguments)],
        TaskKinds.Unregister => [Privileges.UnregisterVm],
        TaskKinds.Unlock => [Privileges.CryptoRegisterVm, .. Asked(arguments)],
        TaskKinds.Repair => [Privileges.CryptoRegisterVm, Privileges.Decrypt, Privileges.CryptoAccess],
        TaskKinds.Rename => [Privileges.RenameVm],
        TaskKinds.Move => [Privileges.MoveVm],
        TaskKinds.AddDisk => [Privileges.AddNewDisk, .. Asked(arguments)],
        TaskKinds.AttachDisk => [Privileges.AddExistingDisk, .. Asked(arguments)],
        TaskKinds.DetachDisk or TaskKinds.RemoveDisk => [Privileges.RemoveDisk],
        TaskKinds.ResizeDisk => [Privileges.ExtendDisk],
        _ => throw new ArgumentException($"Tasks of kind {kind} have no row in {nameof(TaskPrivileges)}.", nameof(kind)),
    };

    /// <summary>Whether it puts files on a datastore, for which <see cref="SpaceRules"/> ask.</summary>
    public static bool TakesSpace(string kind) =>
        kind is TaskKinds.Create or TaskKinds.Import or TaskKinds.Clone or TaskKinds.Relocate or TaskKinds.AddDisk;

    /// <summary>Cryptographer.* of an encrypted VM, and of what was accepted or is plain.</summary>
    private static IReadOnlyList<string> Asked(VmTaskArguments arguments) => arguments.Life?.Asked ?? [];
}
