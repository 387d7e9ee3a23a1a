using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Home;

/// <summary>
/// Describes VMs from their files, read anew each time. What can be verified with the keys that are here is verified, and the
/// rest is said to be unverified by naming the missing keys. Never throws for what a file holds: that is the description's
/// <c>suspect</c>.
/// </summary>
internal sealed class VmDescriber(VmTable table, KeyCache keys)
{
    public VmDescription Describe(VmRegistration registration, VmEntry entry)
    {
        var running = entry.Running is not null;
        var description = new VmDescription
        {
            VmId = registration.Id.ToString(),
            Name = registration.File,
            PowerState = running ? PowerStates.On : PowerStates.Off,
            Path = registration.DisplayPath,
        };
        try
        {
            using var home = table.OpenHome(registration);
            using var lease = keys.Lease(pin: false);
            Fill(description, home, lease);
        }
        catch (Exception e) when (FaultMap.Find(e, registration.DisplayPath) is { } fault)
        {
            description.Suspect = FaultCodec.ToMessage(fault);
        }

        return description;
    }

    private static void Fill(VmDescription description, VmHome home, KeyLease lease)
    {
        var model = home.ReadModel();
        var missing = new HashSet<KeyId>();
        description.Name = model.Name;
        description.Encrypted = model.Encrypted;
        description.Key = model.Key?.ToRef();
        description.Kcv = model.Kcv ?? "";
        description.Cpus = model.Cpus;
        description.MemoryMib = model.MemoryMib;
        description.Firmware = model.Firmware;
        description.PendingJob = model.PendingJob?.Word() ?? "";
        try
        {
            using var opened = home.Open(null, lease);
            description.Generation = opened.Generation;
        }
        catch (FaultException e) when (e.Fault.Key == "msg.vigor.enc.keyNotFound")
        {
            foreach (var key in e.Fault.Keys)
                missing.Add(new KeyId(key.Provider, key.KeyId));
        }
        catch (Exception e) when (FaultMap.Find(e, home.Registration.DisplayPath) is { } fault)
        {
            description.Suspect = FaultCodec.ToMessage(fault);
        }

        using var folder = DiskFolder.Open(home.Path);
        foreach (var disk in model.Disks)
            description.Disks.Add(DescribeDisk(home, folder, model, disk, lease, missing));
        if (description.PendingJob.Length == 0 && description.Disks.FirstOrDefault(d => d.Transition.Length > 0) is { } half)
            description.PendingJob = half.Transition == "rekey" ? "recrypt" : half.Transition;
        description.MissingKeys.AddRange(missing.OrderBy(k => k.ToString(), StringComparer.Ordinal).Select(k => FaultCodec.ToMessage(Refuse.Missing(k))));
    }

    private static DiskModel ReadModel(DiskFolder folder, VmModel vm, VmDiskModel disk, KeyLease lease)
    {
        try
        {
            return Vmdk.ReadModel(folder, disk.Name);
        }
        catch (DiskException e) when (e.Kind != DiskErrorKind.NotFound)
        {
            // Verifying knows what the disk should be, so it has the better reason.
            Vmdk.Verify(folder, disk.Name, Expectations.None.OfDisk(vm, disk), lease);
            throw;
        }
    }

    private static DiskDescription DescribeDisk(VmHome home, DiskFolder folder, VmModel vm, VmDiskModel disk, KeyLease lease, HashSet<KeyId> missing)
    {
        var path = home.Registration.DisplayOf(disk.FileName);
        var description = new DiskDescription
        {
            Label = disk.Label, Path = path, ObjectId = disk.ObjectId.ToString(), Encrypted = disk.Encrypted,
        };
        try
        {
            var model = ReadModel(folder, vm, disk, lease);
            description.Capacity = model.Capacity;
            description.Provisioning = DiskProvisioning.Name(model.Provisioning);
            description.Encrypted = model.Encrypted;
            description.Key = model.Key?.ToRef();
            description.Kcv = model.Kcv ?? "";
            description.Transition = model.Transition?.Kind.ToString().ToLowerInvariant() ?? "";
            description.Used = home.Folder.AllocatedBytes(model.ExtentFile);
            var held = model.Keys.Where(k => lease.Find(k) is not null).ToArray();
            if (model.Encrypted && held.Length == 0)
                missing.Add(model.Key!.Value);
            else
                description.Generation = Vmdk.Verify(folder, disk.Name, Expectations.None.OfDisk(vm, disk), lease);
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.KeyNotFound)
        {
            missing.UnionWith(description.Key is { } key ? [key.ToId()] : []);
        }
        catch (Exception e) when (FaultMap.Find(e, path) is { } fault)
        {
            description.Suspect = FaultCodec.ToMessage(fault);
        }

        return description;
    }
}
