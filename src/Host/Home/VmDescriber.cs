using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
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
/// <remarks>
/// No lock is taken, since a job or a running VM may hold it. A job changes the VMX before and after it changes a disk, so a VMX
/// that is still the same behind the disks means that they belong together; otherwise all of it is read again.
/// </remarks>
internal sealed class VmDescriber(VmTable table, KeyCache keys)
{
    private const int MaximumReads = 8;

    /// <summary>Called between the VMX and the disks; for tests of what changes there.</summary>
    internal Action? BetweenReads { get; set; }

    public VmDescription Describe(VmRegistration registration, VmEntry entry) =>
        Describe(registration, entry.Running is not null, entry.Running?.Status);

    /// <summary>The same for files that need not be registered.</summary>
    public VmDescription Describe(VmRegistration registration, bool running, VmxStatus? guest = null)
    {
        for (int read = 1; ; read++)
        {
            var description = new VmDescription
            {
                VmId = registration.Id.ToString(),
                Name = registration.File,
                PowerState = (running ? PowerState.On : PowerState.Off).ToMessage(),
                Path = registration.DisplayPath,
                Guest = running ? VmGuests.ToMessage(GuestStates.Parse(guest?.Guest)) : VmGuestState.Unspecified,
                GuestDetail = running ? guest?.Detail ?? "" : "",
            };
            try
            {
                using var home = table.OpenHome(registration);
                using var lease = keys.Lease(pin: false);
                byte[] before = home.ReadBytes();
                Fill(description, home, lease);
                if (read >= MaximumReads || before.AsSpan().SequenceEqual(home.ReadBytes()))
                    return description;
            }
            catch (Exception e) when (FaultMap.Find(e, registration.DisplayPath) is { } fault)
            {
                description.Suspect = FaultCodec.ToMessage(fault);
                description.Unread = true;
                return description;
            }
        }
    }

    private void Fill(VmDescription description, VmHome home, KeyLease lease)
    {
        var model = home.ReadModel();
        var missing = new HashSet<KeyId>();
        description.Lock = DescribeLock(home);
        description.Name = model.Name;
        description.Encrypted = model.Encrypted;
        description.Key = model.Key?.ToRef();
        description.Kcv = model.Kcv ?? "";
        description.Cpus = model.Cpus;
        description.MemoryMib = model.MemoryMib;
        description.Firmware = model.Firmware.ToMessage();
        description.PendingJob = model.PendingJob?.ToUnfinished() ?? UnfinishedWork.Unspecified;
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

        BetweenReads?.Invoke();
        using var folder = home.OpenDisks();
        foreach (var disk in model.Disks)
            description.Disks.Add(DescribeDisk(home, folder, model, disk, lease, missing));
        if (description.PendingJob == UnfinishedWork.Unspecified && description.Disks.SelectMany(d => d.Links)
            .FirstOrDefault(l => l.Transition != UnfinishedWork.Unspecified) is { } half)
        {
            description.PendingJob = half.Transition;
        }

        description.MissingKeys.AddRange(
            missing.OrderBy(k => k.ToString(), StringComparer.Ordinal).Select(k => FaultCodec.ToMessage(Refuse.Missing(k))));
    }

    private static LockDescription DescribeLock(VmHome home)
    {
        var (record, locked) = VmLock.Peek(home);
        return record is null
            ? new LockDescription { Locked = locked }
            : new LockDescription
            {
                HostId = record.HostId, BootId = record.BootId, Epoch = record.Epoch, Counter = record.Counter,
                Held = record.Held, Locked = locked,
            };
    }

    private static DiskModel ReadModel(DiskFolder folder, VmModel vm, VmDiskModel disk, VmDiskLink link, KeyLease lease)
    {
        try
        {
            return Vmdk.ReadModel(folder, link.Name);
        }
        catch (DiskException e) when (e.Kind != DiskErrorKind.NotFound)
        {
            // Verifying knows what the disk should be, so it has the better reason.
            Vmdk.Verify(folder, link.Name, Expectations.None.OfLink(vm, disk, link), lease);
            throw;
        }
    }

    /// <summary>
    /// A decryption notes in the sealed mark that a disk's data is plain before the descriptor says so: plain without that note
    /// is somebody else's work. An encryption notes in the sealed table that a disk is encrypted before it changes its data:
    /// plain with that note is a descriptor from before.
    /// </summary>
    private static void RequireOwnWork(VmModel vm, VmDiskModel disk, VmDiskLink link, LinkDescription description)
    {
        if (vm.Job is { Kind: JobKind.Encrypt } && link.Encrypted && !description.Encrypted)
            throw Refuse.EncryptedBefore(description.Path);
        if (vm.Job is { Kind: JobKind.Decrypt } mark && mark.Covers(disk.Label) && !description.Encrypted
            && !mark.Finished.Contains(disk.Label))
        {
            throw Refuse.Tampered("weakerThanRecorded", description.Path,
                $"The disk {description.Path} is being decrypted, but its descriptor says plain, and it was not decrypted yet.");
        }
    }

    private static DiskDescription DescribeDisk(
        VmHome home, DiskFolder folder, VmModel vm, VmDiskModel disk, KeyLease lease, HashSet<KeyId> missing)
    {
        var description = new DiskDescription { Label = disk.Label };
        foreach (var link in disk.Links)
        {
            var (described, capacity) = DescribeLink(home, folder, vm, disk, link, lease, missing);
            description.Links.Add(described);
            if (link == disk.Links[0])
                description.Capacity = capacity;
        }

        return description;
    }

    /// <summary>The link, and the bytes of the disk as it says; 0 when it cannot be read.</summary>
    private static (LinkDescription Link, long Capacity) DescribeLink(
        VmHome home, DiskFolder folder, VmModel vm, VmDiskModel disk, VmDiskLink link, KeyLease lease, HashSet<KeyId> missing)
    {
        string path = home.Registration.DisplayOf(link.FileName);
        long capacity = 0;
        var description = new LinkDescription { Path = path, ObjectId = link.ObjectId.ToString(), Encrypted = link.Encrypted };
        try
        {
            var model = ReadModel(folder, vm, disk, link, lease);
            capacity = model.Capacity;
            description.Provisioning = model.Provisioning.ToMessage();
            description.Encrypted = model.Encrypted;
            description.Key = model.Key?.ToRef();
            description.Kcv = model.Kcv ?? "";
            description.Transition = model.Transition?.Kind.ToUnfinished() ?? UnfinishedWork.Unspecified;
            RequireOwnWork(vm, disk, link, description);
            description.Used = home.Folder.AllocatedBytes(model.ExtentFile);
            var held = model.Keys.Where(k => lease.Find(k) is not null).ToArray();
            if (model.Encrypted && held.Length == 0)
                missing.Add(model.Key!.Value);
            else
                description.Generation = Vmdk.Verify(folder, link.Name, Expectations.None.OfLink(vm, disk, link), lease);
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.KeyNotFound)
        {
            missing.UnionWith(description.Key is { } key ? [key.ToId()] : []);
        }
        catch (Exception e) when (FaultMap.Find(e, path) is { } fault)
        {
            description.Suspect = FaultCodec.ToMessage(fault);
        }

        return (description, capacity);
    }
}
