using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// A folder of a datastore has one registered VM. Two of them would have one name for what only one of them may move or
/// remove, and each host only knows its own. A VM that is made, cloned or relocated gets a folder of its own from the host;
/// here is asked what comes from files that are there.
/// </summary>
internal static class FolderRules
{
    /// <summary>
    /// Refuses a path in the folder of another VM, present or about to be registered. Inside the transaction that takes the
    /// name, so that of two at once one is refused. Datastores have one name on all hosts.
    /// </summary>
    public static async Task RequireFreeAsync(CenterDb db, VmRow vm, string path, CancellationToken ct)
    {
        if (FolderOf(path) is not { } folder)
        {
            return;
        }

        var others = await db.Vms.OthersOnDatastoreAsync(vm.Datastore, vm.Id, ct);
        var coming = await db.Tasks.UnfinishedOfOthersAsync(TaskKinds.Register, vm.Id, ct);
        if (others.Find(o => Same(folder, PathOf(o.Snapshot))
            || coming.Exists(c => c.VmId == o.Id && Same(folder, PathOf(c.Arguments)))) is { Id: not null } owner)
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.folderTaken", path,
                $"{path} lies in the folder of the VM {owner.Name}: a folder has one registered VM.",
                $"Move the files of this VM into a folder of their own, or unregister {owner.Name} first."));
        }
    }

    private static bool Same(string folder, string? path) =>
        path is not null && FolderOf(path) is { } other && other.Equals(folder, StringComparison.OrdinalIgnoreCase);

    /// <summary><c>[datastore] folder</c>; null when the path is none.</summary>
    private static string? FolderOf(string path) => DatastorePath.Parse(path) is { } parsed
        && parsed.File.LastIndexOf('/') is > 0 and var end
        ? $"[{parsed.Datastore}] {parsed.File[..end]}" : null;

    private static string? PathOf(byte[]? snapshot) =>
        snapshot is null ? null : KeptDescriptions.FilesOf(snapshot).Path;

    private static string? PathOf(string arguments) =>
        TaskArguments.Parse(arguments).Path;
}
