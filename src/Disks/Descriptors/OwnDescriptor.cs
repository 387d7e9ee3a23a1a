using System.Globalization;
using Lorica.Crypto;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Descriptors;

/// <summary>The strict rules of our own disks: one extent, its fixed name, all encryption lines or none.</summary>
internal static class OwnDescriptor
{
    private const string NoParent = "ffffffff";

    /// <summary>A new plain descriptor.</summary>
    public static Descriptor Create(string name, long capacity, Provisioning provisioning, uint cid)
    {
        long sectors = capacity / BlockRequest.SectorSize;
        long cylinders = Math.Clamp(sectors / (255 * 63), 1, 65535);
        List<DescriptorLine> lines =
        [
            DescriptorLine.Comment("# Disk DescriptorFile"),
            new("version=1", "version", "1", null),
            DescriptorLine.Header("encoding", "UTF-8"),
            Plain(Keys.Cid, cid.ToString("x8", CultureInfo.InvariantCulture)),
            Plain(Keys.ParentCid, NoParent),
            DescriptorLine.Header(Keys.CreateType, "vmfs"),
            DescriptorLine.Comment(""),
            DescriptorLine.Comment("# Extent description"),
            new($"RW {sectors} VMFS \"{DiskName.Flat(name)}\"", null, null,
                new ExtentLine("RW", sectors, "VMFS", DiskName.Flat(name), 0)),
            DescriptorLine.Comment(""),
            DescriptorLine.Comment("# The Disk Data Base"),
            DescriptorLine.Comment("#DDB"),
            DescriptorLine.Comment(""),
            DescriptorLine.Ddb("ddb.adapterType", "lsilogic"),
            DescriptorLine.Ddb("ddb.geometry.cylinders", cylinders.ToString(CultureInfo.InvariantCulture)),
            DescriptorLine.Ddb("ddb.geometry.heads", "255"),
            DescriptorLine.Ddb("ddb.geometry.sectors", "63"),
            DescriptorLine.Ddb("ddb.virtualHWVersion", "13"),
        ];
        if (provisioning == Provisioning.Thin)
            lines.Add(DescriptorLine.Ddb(Keys.Thin, "1"));
        else if (provisioning == Provisioning.EagerZeroed)
            lines.Add(DescriptorLine.Ddb(Keys.Eager, "1"));
        return Descriptor.Of(lines);

        static DescriptorLine Plain(string key, string value) => new($"{key}={value}", key, value, null);
    }

    /// <summary>Reads a descriptor under these rules.</summary>
    public static DiskModel ToModel(Descriptor descriptor, string name, string path)
    {
        if (descriptor["version"] != "1")
            throw Unsupported("its version is not 1");
        if (!string.Equals(descriptor[Keys.CreateType], "vmfs", StringComparison.OrdinalIgnoreCase))
            throw Unsupported($"its type is {descriptor[Keys.CreateType] ?? "not named"}");
        if (!string.Equals(descriptor[Keys.ParentCid], NoParent, StringComparison.OrdinalIgnoreCase)
            || descriptor[Keys.ParentHint] is not null || descriptor[Keys.Parents] is not null)
        {
            throw new DiskException(DiskErrorKind.HasParent, $"The disk {path} is a delta of another disk.", path);
        }

        if (descriptor.Extents is not [{ Access: "RW", Type: "VMFS" } extent] || extent.OffsetSectors != 0)
            throw Malformed("it has not exactly one data file");
        if (extent.File != DiskName.Flat(name))
        {
            throw new DiskException(
                DiskErrorKind.EscapesFolder, $"The disk {path} names the data file \"{extent.File}\", not its own.", path);
        }

        var model = new DiskModel
        {
            Name = name,
            Capacity = extent.Sectors * BlockRequest.SectorSize,
            Provisioning = descriptor[Keys.Thin] == "1" ? Provisioning.Thin
                : descriptor[Keys.Eager] == "1" ? Provisioning.EagerZeroed : Provisioning.LazyZeroed,
            ExtentFile = extent.File,
            Cid = descriptor[Keys.Cid] ?? throw Malformed("it has no CID"),
        };
        return IsPlain(descriptor) ? model : AddEncryption(model, descriptor, path);

        DiskException Unsupported(string why) =>
            new(DiskErrorKind.Unsupported, $"The disk {path} is none of ours: {why}.", path) { WayOut = DescriptorFile.ImportIt };
        DiskException Malformed(string why) => new(DiskErrorKind.Malformed, $"The descriptor {path} is broken: {why}.", path);
    }

    /// <summary>No line at all that an encrypted disk has.</summary>
    public static bool IsPlain(Descriptor descriptor) => !Keys.Encryption.Any(k => descriptor[k] is not null);

    /// <summary>Every line that an encrypted disk must have.</summary>
    public static bool IsEncrypted(Descriptor descriptor) => Keys.RequiredWhenEncrypted.All(k => descriptor[k] is not null);

    private static DiskModel AddEncryption(DiskModel model, Descriptor descriptor, string path)
    {
        if (Keys.RequiredWhenEncrypted.FirstOrDefault(k => descriptor[k] is null) is { } missing)
            throw Broken($"it has encryption lines but no {missing}");
        if (descriptor[Keys.Filter] != Keys.FilterName)
        {
            throw new DiskException(
                DiskErrorKind.Unsupported, $"The disk {path} is encrypted by another filter ({descriptor[Keys.Filter]}).", path);
        }

        if (!descriptor.EndsWithNewLine
            || !string.Equals(descriptor.Lines[^1].Key, Keys.Seal, StringComparison.OrdinalIgnoreCase))
        {
            throw Broken("its seal is not its last line");
        }

        if (!Guid.TryParseExact(descriptor[Keys.ObjectId], "D", out var objectId)
            || objectId.ToString("D") != descriptor[Keys.ObjectId])
        {
            throw Broken("its object id is none");
        }

        if (!IsCheckValue(descriptor[Keys.KekCheck]!) || (descriptor[Keys.NewKekCheck] is { } second && !IsCheckValue(second)))
            throw Broken("a key check value is none");

        string bundle = descriptor[Keys.Bundle]!;
        var ids = ReadKeyIds(bundle, path);
        var named = ids.Where(id => id.Id == descriptor[Keys.KeyId]).ToArray();
        if (named.Length != 1)
            throw Broken("its key id is not one of its bundle");
        DiskTransition? transition = null;
        if (descriptor[Keys.Transition] is { } line)
            transition = DiskTransition.Parse(line) ?? throw Broken("its transition line cannot be understood");
        return model with
        {
            Encrypted = true,
            ObjectId = objectId,
            Key = named[0],
            Kcv = descriptor[Keys.KekCheck],
            Keys = ids,
            NewKcv = descriptor[Keys.NewKekCheck],
            Bundle = bundle,
            Transition = transition,
        };

        DiskException Broken(string why) => new(DiskErrorKind.Malformed, $"The descriptor {path} is broken: {why}.", path);
    }

    private static IReadOnlyList<KeyId> ReadKeyIds(string bundle, string path)
    {
        try
        {
            return Bundle.KeyIds(bundle);
        }
        catch (CryptoException e)
        {
            throw CryptoFailure.ToDisk(e, path);
        }
    }

    private static bool IsCheckValue(string text) => text.Length == 16 && text.All(char.IsAsciiHexDigitLower);
}
