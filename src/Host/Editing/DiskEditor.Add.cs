using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Editing;

/// <summary>New disks.</summary>
internal sealed partial class DiskEditor
{
    /// <summary>
    /// Steps: 1 disk made, empty, encrypted from its first byte when it has a key · 2 VMX with it. Its files are named after its
    /// object id, so that what a crash between left is found and made anew by the same request.
    /// </summary>
    private async Task AddAsync(VmEdit edit, DiskSpec spec, CancellationToken ct)
    {
        var id = IdOf(spec.ObjectId);
        if (edit.Model.Disks.Any(d => d.ObjectId == id))
            return;
        RequirePlace(edit, spec.Label);
        var provisioning = DiskProvisioning.From(spec.Provisioning) ?? Provisioning.Thin;
        var keys = KeysOf(edit, spec, id);
        if (spec.Capacity is <= 0 or > Vmdk.MaxCapacity || spec.Capacity % 512 != 0)
            throw Refuse.Argument(spec.Label, "The size of a disk is a positive multiple of 512 bytes, at most 64 TiB.");
        editor.Table.Datastores.RequireFree(
            edit.Home.Registration.Datastore, (provisioning == Provisioning.Thin ? 0 : spec.Capacity) + SpaceLimits.CopyReserve);
        var disk = new VmDiskModel(
            spec.Label, VmFiles.Descriptor(VmFiles.NameOf(edit.Home.Registration.File, id)), id, keys is not null);
        using var folder = edit.Home.OpenDisks();

        // Step 1
        using (var held = DiskLock.TakeExclusive(folder, disk.Name))
        {
            VmFiles.RequireNobodys(
                edit.Home.Folder, edit.Home.Registration.VmxName, disk.FileName, edit.Home.Registration.DisplayOf(disk.FileName));
            try
            {
                await Vmdk.DeleteLockedAsync(folder, disk.Name, held, ct);
            }
            catch (DiskException e) when (e.Kind == DiskErrorKind.NotFound)
            {
                // The rule: no earlier attempt left anything.
            }
        }

        await Vmdk.CreateAsync(folder, disk.Name, spec.Capacity, provisioning, keys, ct);

        // Step 2
        edit.Rewrite(With(edit.Model.File, disk));
    }

    private static DiskKeys? KeysOf(VmEdit edit, DiskSpec spec, Guid id)
    {
        if (spec.Key is not { KeyId.Length: > 0 } key)
            return null;
        RequireHome(edit, spec.Label);
        var kek = RequireKey(edit, key.ToId(), spec.Kcv, $"The new disk {spec.Label} of {edit.About}");
        return new DiskKeys(key.ToId(), kek, id);
    }

    private static KeyBuffer RequireKey(VmEdit edit, KeyId id, string kcv, string what)
    {
        var kek = edit.Keys.Find(id)
            ?? throw Refuse.KeysMissing(edit.About, $"{what} is to be encrypted and a required key was not found.", [id]);
        return edit.Keys.KcvOf(id) == kcv
            ? kek
            : throw Refuse.Tampered("wrongKey", id.ToString(),
                $"The key held as {id} has check value {edit.Keys.KcvOf(id)}; {kcv} is expected: it is another key.");
    }
}
