using System.Buffers.Binary;
using System.Security.Cryptography;
using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Storage;

namespace Lorica.Disks;

/// <summary>
/// Our own disks: a descriptor <c>NAME.vmdk</c> and flat data <c>NAME-flat.vmdk</c> in one folder (docs/formats/disk.md).
/// Start here; <see cref="DiskImage"/> is for images that others made, <c>DiskJob</c> changes a disk in place.
/// </summary>
public static partial class Vmdk
{
    /// <summary>Largest disk, and most data under one key: 64 TiB.</summary>
    public const long MaxCapacity = ExtentLine.MaxSectors * BlockRequest.SectorSize;

    /// <summary>
    /// Makes a disk. With <paramref name="keys"/> it is encrypted from the start under a new data key, one generation above the
    /// known one (1). Order: lock · data file, durable · descriptor, durable. A crash before the last step leaves no disk but
    /// perhaps a stray data file, which <see cref="DeleteAsync"/> removes.
    /// </summary>
    /// <exception cref="DiskException">InvalidArgument, AlreadyExists, InUse, NoSpace, Io.</exception>
    public static Task<DiskModel> CreateAsync(
        DiskFolder folder, string name, long capacity, Provisioning provisioning, DiskKeys? keys, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(folder);
        DiskName.Check(name);
        if (capacity is <= 0 or > MaxCapacity || capacity % BlockRequest.SectorSize != 0)
        {
            throw new DiskException(
                DiskErrorKind.InvalidArgument, "The size of a disk is a positive multiple of 512 bytes, at most 64 TiB.");
        }

        return Task.Run(() => Create(folder, name, capacity, provisioning, keys, ct), ct);
    }

    /// <summary>Parses the descriptor; verifies nothing and takes no lock. For listing.</summary>
    public static DiskModel ReadModel(DiskFolder folder, string name)
    {
        ArgumentNullException.ThrowIfNull(folder);
        DiskName.Check(name);
        string path = folder.Store.FullName(DiskName.Descriptor(name));
        return OwnDescriptor.ToModel(Descriptor.Parse(DescriptorFile.Read(folder.Store, name), path), name, path);
    }

    /// <summary>
    /// Removes a disk, or what a crash left of one. The descriptor goes first: of an encrypted disk nothing can be read from then
    /// on. The lock file stays; who wants it gone too holds it meanwhile (<see cref="DeleteLockedAsync"/>).
    /// </summary>
    /// <exception cref="DiskException">NotFound, InUse, Io.</exception>
    public static Task DeleteAsync(DiskFolder folder, string name, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(folder);
        DiskName.Check(name);
        return Task.Run(
            () =>
            {
                using var held = DiskLock.TakeForOperation(folder, name);
                Delete(folder, name);
            },
            ct);
    }

    /// <summary>The same under the disk's exclusive lock, which the caller has and keeps.</summary>
    /// <exception cref="DiskException">NotFound, Io.</exception>
    public static Task DeleteLockedAsync(DiskFolder folder, string name, DiskLock held, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(held);
        DiskName.Check(name);
        return Task.Run(() => Delete(folder, name), ct);
    }

    private static void Delete(DiskFolder folder, string name)
    {
        var store = folder.Store;
        bool found = store.Remove(DiskName.Descriptor(name));
        store.Sync();
        found |= store.Remove(DiskName.Flat(name));
        store.Remove(DiskName.Side(name));
        store.Remove(DiskName.NewDescriptor(name));
        store.Sync();
        if (!found)
            throw new DiskException(DiskErrorKind.NotFound, $"There is no disk {name} in {folder.Path}.", name);
    }

    private static DiskModel Create(
        DiskFolder folder, string name, long capacity, Provisioning provisioning, DiskKeys? keys, CancellationToken ct)
    {
        // Step 1: lock
        using var held = DiskLock.TakeForOperation(folder, name);
        var store = folder.Store;
        if (store.Exists(DiskName.Descriptor(name)))
            throw new DiskException(DiskErrorKind.AlreadyExists, $"A disk {name} exists in {folder.Path}.", name);
        using var dek = keys is null ? null : NewDataKey();
        var descriptor = OwnDescriptor.Create(name, capacity, provisioning, NewContentId());
        byte[] bytes = keys is null ? descriptor.ToBytes() : Encrypted(descriptor, keys, dek!, provisioning);
        var extent = store.CreateNew(DiskName.Flat(name));
        try
        {
            // Step 2: data file
            using (extent)
            {
                extent.SetLength(capacity);
                if (provisioning != Provisioning.Thin)
                    extent.Reserve(0, capacity);
                if (provisioning == Provisioning.EagerZeroed)
                    WriteZeroes(extent, 0, capacity, dek, ct);
                extent.Sync();
            }

            // Step 3: descriptor
            DescriptorFile.Replace(store, name, bytes);
        }
        catch
        {
            store.Remove(DiskName.Flat(name));
            throw;
        }

        return ReadModel(folder, name);
    }

    private static byte[] Encrypted(Descriptor descriptor, DiskKeys keys, KeyBuffer dek, Provisioning provisioning)
    {
        var objectId = keys.ObjectId ?? Guid.NewGuid();

        // The data key is the caller's here, so the contents are not disposed.
        var contents = new BundleContents
        {
            ObjectId = objectId,
            Generation = keys.KnownGeneration + 1,
            Zero = ZeroRuleOf(provisioning),
            Key = dek,
        };
        return new EncryptionLines
        {
            Key = keys.KekId,
            Kcv = KeyCheckValue.Compute(keys.Kek),
            Bundle = Bundle.Seal(BundleKind.Disk, keys.KekId, keys.Kek, contents),
            ObjectId = objectId,
        }.Apply(descriptor, dek);
    }

    /// <summary>Eagerly zeroed disks are all ciphertext; the others have holes.</summary>
    internal static ZeroRule ZeroRuleOf(Provisioning provisioning) =>
        provisioning == Provisioning.EagerZeroed ? ZeroRule.Error : ZeroRule.Hole;

    /// <summary>A fresh XTS key. Equal halves (2⁻²⁵⁶) are refused by the cipher, so they are drawn again.</summary>
    internal static KeyBuffer NewDataKey()
    {
        while (true)
        {
            var key = KeyBuffer.Random(64);
            if (!CryptographicOperations.FixedTimeEquals(key.Span[..32], key.Span[32..]))
                return key;
            key.Dispose();
        }
    }

    private static uint NewContentId()
    {
        Span<byte> bytes = stackalloc byte[4];
        RandomNumberGenerator.Fill(bytes);

        // 0xffffffff means "no parent" and 0xfffffffe is reserved.
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) & 0x7fffffff;
    }

    private static void WriteZeroes(IStoredFile extent, long from, long capacity, KeyBuffer? dek, CancellationToken ct)
    {
        const int Chunk = 1024 * 1024;
        using var cipher = dek is null ? null : new XtsAes256(dek);
        byte[] buffer = new byte[(int)Math.Min(Chunk, capacity - from)];
        for (long at = from; at < capacity; at += buffer.Length)
        {
            ct.ThrowIfCancellationRequested();
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, capacity - at));
            part.Clear();
            cipher?.EncryptSectors(part, (ulong)at / BlockRequest.SectorSize);
            extent.Write(at, part);
        }
    }
}
