using Lorica.Contracts;
using Lorica.Disks;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;

namespace Lorica.Host.Home;

/// <summary>
/// What the center's records say of the encrypted objects of one VM. They are expectations: a file that says less is refused.
/// </summary>
internal sealed class Expectations
{
    private readonly Dictionary<Guid, ObjectRecord> _records = [];

    /// <summary>No records: only the files speak.</summary>
    public static Expectations None { get; } = new([]);

    public Expectations(IEnumerable<ObjectRecord> records)
    {
        foreach (var record in records)
        {
            if (!Guid.TryParseExact(record.ObjectId, "D", out var id) || record.Key is null || record.Key.KeyId.Length == 0
                || record.Kcv.Length != 16 || record.Generation < 0 || !_records.TryAdd(id, record))
            {
                throw Refuse.Argument("records", $"The record of object '{record.ObjectId}' is malformed.");
            }
        }
    }

    /// <summary>The record of an object, or null.</summary>
    public ObjectRecord? Find(Guid id) => _records.GetValueOrDefault(id);

    /// <summary>Whether the center knows of nothing encrypted.</summary>
    public bool IsEmpty => _records.Count == 0;

    /// <summary>
    /// What a disk must be: what its record says, or else what the verified VMX's table says. Null for a disk that a job under
    /// way covers: it may be on either side.
    /// </summary>
    public DiskExpectation? OfDisk(VmModel vm, VmDiskModel disk) => OfLink(vm, disk, disk.Links[0]);

    /// <summary>The same of a link of a disk.</summary>
    public DiskExpectation? OfLink(VmModel vm, VmDiskModel disk, VmDiskLink link)
    {
        var record = Find(link.ObjectId);
        if (vm.Job?.Covers(disk.Label) == true)
            return null;
        if (record is null)
            return new DiskExpectation { Encrypted = link.Encrypted, ObjectId = link.Encrypted ? link.ObjectId : null };
        return new DiskExpectation
        {
            Encrypted = true, ObjectId = link.ObjectId, KeyId = record.Key.ToId(), Kcv = record.Kcv,
            Generation = record.Generation,
        };
    }
}
