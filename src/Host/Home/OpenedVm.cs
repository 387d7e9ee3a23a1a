using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Home;

/// <summary>A VM of which the home and every disk verified and is locked; all keys it holds end with it.</summary>
internal sealed class OpenedVm : IDisposable
{
    private readonly List<(VmDiskModel Disk, OpenedDisk Opened)> _disks = [];
    private readonly DiskFolder _folder;

    private OpenedVm(OpenedHome home, DiskFolder folder) => (Home, _folder) = (home, folder);

    public OpenedHome Home { get; }

    public IReadOnlyList<(VmDiskModel Disk, OpenedDisk Opened)> Disks => _disks;

    /// <summary>All keys by which it was opened.</summary>
    public IReadOnlySet<KeyId> Keys => Disks.SelectMany(d => d.Opened.Links).Select(l => l.OpenedWith).Append(Home.OpenedWith)
        .OfType<KeyId>().ToHashSet();

    /// <summary>
    /// Opens everything for use. Keys are looked for first, so that a refusal names all that are missing. A job under way is
    /// refused.
    /// </summary>
    public static OpenedVm Open(VmHome home, Expectations expectations, KeyLease keys)
    {
        RequireKeys(home, keys);
        var opened = home.Open(expectations.Find(home.Registration.Id), keys);
        DiskFolder? folder = null;
        OpenedVm? vm = null;
        try
        {
            if (opened.Model.Job is { } job)
                throw Refuse.JobPending(home.Registration.DisplayPath, job.Kind.Word());
            folder = home.OpenDisks();
            vm = new OpenedVm(opened, folder);
            foreach (var disk in opened.Model.Disks)
                vm._disks.Add((disk, Vmdk.Open(folder, disk.Name, expectations.OfDisk(opened.Model, disk), keys)));
            return vm;
        }
        catch
        {
            if (vm is not null)
            {
                vm.Dispose();
            }
            else
            {
                opened.Dispose();
                folder?.Dispose();
            }

            throw;
        }
    }

    /// <summary>
    /// Refuses when a key is missing, naming each. The files speak here, unverified: what they name wrongly is found later.
    /// </summary>
    public static void RequireKeys(VmHome home, KeyLease keys)
    {
        var model = home.ReadModel();
        var missing = new List<KeyId>();
        string? first = null;
        void Look(IReadOnlyList<KeyId> any, string about)
        {
            if (any.Count == 0 || any.Any(k => keys.Find(k) is not null))
                return;
            missing.Add(any[0]);
            first ??= about;
        }

        Look(model.Keys, $"The VM {home.Registration.DisplayPath} is encrypted and a required key was not found.");
        using (var folder = home.OpenDisks())
        {
            foreach (var disk in model.Disks)
            {
                try
                {
                    Look(Vmdk.ReadModel(folder, disk.Name).Keys,
                        $"The disk {home.Registration.DisplayOf(disk.FileName)} is encrypted and a required key was not found.");
                }
                catch (DiskException)
                {
                    // What is wrong with it is said when it is opened.
                }
            }
        }

        if (first is not null)
            throw Refuse.KeysMissing(home.Registration.DisplayPath, first, missing);
    }

    /// <summary>All keys that the files of a VM name, as far as they can be read.</summary>
    public static IReadOnlySet<KeyId> KeysNamed(VmHome home)
    {
        var keys = new HashSet<KeyId>();
        try
        {
            var model = home.ReadModel();
            keys.UnionWith(model.Keys);
            using var folder = home.OpenDisks();
            foreach (var link in model.Disks.SelectMany(d => d.Links))
                keys.UnionWith(Vmdk.ReadModel(folder, link.Name).Keys);
        }
        catch (Exception e) when (e is DiskException or FaultException)
        {
            // The rest is unknown.
        }

        return keys;
    }

    public void Dispose()
    {
        foreach (var (_, opened) in _disks)
            opened.Dispose();
        Home.Dispose();
        _folder.Dispose();
    }
}
