using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Jobs;

/// <summary>
/// What a recrypt measures files by. The record may still name the old key after a run that nobody heard the end of: the request
/// itself names the new one.
/// </summary>
internal static class Meant
{
    /// <summary>The VMX, verified.</summary>
    public static OpenedHome OpenHome(JobContext c) => c.Home.Open(RecordOf(c), c.Keys);

    /// <summary>The record of the home; null when there is none.</summary>
    public static ObjectRecord? RecordOf(JobContext c) => c.Order.Expectations.Find(c.Home.Registration.Id) is { } record
        ? Of(c, record, c.Home.ReadModel().Keys)
        : null;

    /// <summary>What an encrypted disk must be.</summary>
    public static DiskExpectation? ExpectationOf(JobContext c, VmModel vm, VmDiskModel disk)
    {
        if (c.Order.Expectations.Find(disk.ObjectId) is not { } record)
            return c.Order.Expectations.OfDisk(vm, disk);
        var meant = Of(c, record, Vmdk.ReadModel(c.Folder, disk.Name).Keys);
        return new DiskExpectation
        {
            Encrypted = true, ObjectId = disk.ObjectId, KeyId = meant.Key.ToId(), Kcv = meant.Kcv, Generation = meant.Generation,
        };
    }

    /// <summary>Refuses a disk that is named and is not there, or not encrypted.</summary>
    public static void RequireEncryptedDisks(JobContext c, VmModel vm)
    {
        foreach (string label in c.Order.Disks ?? [])
        {
            if (vm.Disk(label) is not { } named)
                throw Refuse.With(FaultTypes.NotFound, "lorica.diskNotFound", label, $"{c.About} has no disk {label}.");
            if (!named.Encrypted)
            {
                throw Refuse.With(FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.notEncrypted",
                    c.Home.Registration.DisplayOf(named.FileName), $"The disk {label} of {c.About} is not encrypted.",
                    "Encrypt it first.");
            }
        }
    }

    private static ObjectRecord Of(JobContext c, ObjectRecord record, IReadOnlyList<KeyId> keys)
    {
        var (id, kcv) = c.Order.KeyOf(Guid.Parse(record.ObjectId));
        return keys.Contains(record.Key.ToId()) || !keys.Contains(id)
            ? record
            : new ObjectRecord
            {
                ObjectId = record.ObjectId, Kind = record.Kind, Generation = record.Generation, Key = id.ToRef(), Kcv = kcv,
            };
    }
}
