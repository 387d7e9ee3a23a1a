using Lorica.Contracts.Faults;
using Lorica.Disks;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Creation;

/// <summary>
/// Removes a VM with its files: the disks' descriptors first (from then on nothing of an encrypted disk can be read), then all
/// else of its folder, then its registration. Needs no key, so a locked VM can be removed. A crash in the middle leaves a VM that
/// can be removed again.
/// </summary>
internal static class VmRemoval
{
    public static async Task RemoveAsync(VmTable table, VmRegistration registration, CancellationToken ct)
    {
        var datastorePath = table.Datastores.PathOf(registration.Datastore);
        using var datastore = Folder.Open(datastorePath);
        if (!datastore.Has(registration.Folder))
        {
            // Without its folder nothing tells a removed VM from a datastore that is not mounted.
            if (!registration.Removing)
            {
                throw Refuse.With(FaultTypes.NotFound, "lorica.fileNotFound", registration.DisplayPath,
                    $"The folder of {registration.DisplayPath} is not there.",
                    "See that the datastore is mounted. If the folder was removed by hand, make an empty one of that name.");
            }
        }
        else
        {
            using (var home = table.OpenHome(registration))
            await using (await table.LockAsync(home, ct))
            {
                table.Registry.RememberRemoving(registration.Id);
                var detached = DetachedOf(home);
                await RemoveDisksAsync(home, detached, ct);
                foreach (var name in home.Folder.Names()
                    .Where(n => IsOurs(n, registration.File) && !detached.Any(d => IsFileOf(n, d)))
                        .OrderBy(n => n == registration.VmxName))
                    home.Folder.Delete(name);
                home.Folder.Sync();
            }

            try
            {
                datastore.DeleteFolder(registration.Folder);
            }
            catch (IOException)
            {
                // Files that are not the VM's stay, and their folder with them.
            }

            datastore.Sync();
        }

        table.Registry.Remove(registration.Id);
        table.Forget(registration.Id);
    }

    private static async Task RemoveDisksAsync(VmHome home, HashSet<string> detached, CancellationToken ct)
    {
        const string Flat = "-flat";
        using var folder = DiskFolder.Open(home.Path);
        var disks = home.Folder.Names()
            .Where(n => IsOurs(n, home.Registration.File) && n[0] != '.'
                && n.EndsWith(VmDiskModel.Ending, StringComparison.Ordinal))
            .Select(n => n[..^VmDiskModel.Ending.Length])
            .Select(n => n.EndsWith(Flat, StringComparison.Ordinal) ? n[..^Flat.Length] : n)
            .Distinct().Where(d => !detached.Contains(d)).ToArray();
        foreach (var disk in disks)
            await Vmdk.DeleteAsync(folder, disk, ct);
    }

    // Disks in the folder that the VMX does not name were detached: they are nobody's, and stay. A VMX that cannot be read says
    // nothing; then all goes that has the VM's name.
    private static HashSet<string> DetachedOf(VmHome home)
    {
        try
        {
            using var folder = DiskFolder.Open(home.Path);
            var named = home.ReadModel().Disks.Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
            return home.Folder.Names()
                .Where(n => IsOurs(n, home.Registration.File) && n[0] != '.'
                    && n.EndsWith(VmDiskModel.Ending, StringComparison.Ordinal))
                .Select(n => n[..^VmDiskModel.Ending.Length])
                .Where(n => !named.Contains(n) && IsDisk(folder, n)).ToHashSet(StringComparer.Ordinal);
        }
        catch (FaultException)
        {
            return [];
        }
    }

    private static bool IsDisk(DiskFolder folder, string name)
    {
        try
        {
            Vmdk.ReadModel(folder, name);
            return true;
        }
        catch (DiskException)
        {
            return false;
        }
    }

    private static bool IsFileOf(string file, string disk) =>
        file == disk + VmDiskModel.Ending || file == disk + "-flat" + VmDiskModel.Ending
            || file.StartsWith("." + disk + ".", StringComparison.Ordinal);

    /// <summary>Whether a file of a VM's folder is the VM's.</summary>
    public static bool IsOurs(string name, string file)
    {
        var plain = name.TrimStart('.');
        return plain.StartsWith(file, StringComparison.Ordinal)
            && (plain.Length == file.Length || plain[file.Length] is '.' or '_' or '-');
    }
}
