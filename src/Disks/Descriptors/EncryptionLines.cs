using System.Text;
using Lorica.Crypto;

namespace Lorica.Disks.Descriptors;

/// <summary>What the encryption lines of a descriptor say, and how they are written and sealed.</summary>
internal sealed record EncryptionLines
{
    public required KeyId Key { get; init; }

    public required string Kcv { get; init; }

    public required string Bundle { get; init; }

    public required Guid ObjectId { get; init; }

    public string? NewKcv { get; init; }

    public DiskTransition? Transition { get; init; }

    /// <summary>The lines that stand in a descriptor now.</summary>
    public static EncryptionLines Of(DiskModel model) => new()
    {
        Key = model.Key!.Value,
        Kcv = model.Kcv!,
        Bundle = model.Bundle!,
        ObjectId = model.ObjectId!.Value,
        NewKcv = model.NewKcv,
        Transition = model.Transition,
    };

    /// <summary>
    /// The descriptor with these lines in place of the ones it has, its seal last. Everything else stays byte for byte, so that
    /// <see cref="Strip"/> restores what was there before.
    /// </summary>
    public byte[] Apply(Descriptor descriptor, KeyBuffer sealKey)
    {
        CheckQuotable(Key.Id);
        List<DescriptorLine> ddb =
        [
            DescriptorLine.Ddb(Keys.Filter, Keys.FilterName),
            DescriptorLine.Ddb(Keys.ObjectId, ObjectId.ToString("D")),
            DescriptorLine.Ddb(Keys.KekCheck, Kcv),
        ];
        if (NewKcv is not null)
            ddb.Add(DescriptorLine.Ddb(Keys.NewKekCheck, NewKcv));
        if (Transition is not null)
            ddb.Add(DescriptorLine.Ddb(Keys.Transition, Transition.ToString()));

        byte[] content = Strip(descriptor)
            .InsertAfter(
                Keys.CreateType,
                DescriptorLine.Header(Keys.KeyId, Key.Id),
                DescriptorLine.Header(Keys.Bundle, Bundle))
            .Append(ddb)
            .ToBytes();
        string seal = FileSeal.Compute(sealKey, FileSeal.DescriptorInfo, content);
        byte[] file = [.. content, .. Encoding.UTF8.GetBytes(DescriptorLine.Ddb(Keys.Seal, seal).Text + "\n")];
        CheckReadable(file, content);
        return file;
    }

    /// <summary>The descriptor of the same disk as a plain one.</summary>
    public static Descriptor Strip(Descriptor descriptor) => descriptor.Without(Keys.Encryption);

    /// <summary>
    /// The bytes that a seal covers, and the seal. The descriptor is known to end with it; anything behind it shifts the split,
    /// so that the seal does not verify.
    /// </summary>
    public static (ReadOnlyMemory<byte> Content, string Seal) Split(byte[] file, Descriptor descriptor)
    {
        int last = Encoding.UTF8.GetByteCount(descriptor.Lines[^1].Text) + 1;
        return (file.AsMemory(0, file.Length - last), descriptor[Keys.Seal]!);
    }

    // What replaces a descriptor is the only way to the disk's key: it is read as it will be read before it is written.
    private void CheckReadable(byte[] file, byte[] content)
    {
        var again = Descriptor.Parse(file, null);
        if (!OwnDescriptor.IsEncrypted(again) || again[Keys.KeyId] != Key.Id || again[Keys.Bundle] != Bundle
            || again[Keys.Transition] != Transition?.ToString()
            || again.Lines[^1].Key != Keys.Seal || !Split(file, again).Content.Span.SequenceEqual(content))
        {
            throw new DiskException(
                DiskErrorKind.Malformed, "The descriptor would not read back as what is meant; nothing was changed.");
        }
    }

    private static void CheckQuotable(string id)
    {
        if (id.Length == 0 || id.Contains('"') || id.Any(char.IsControl))
        {
            throw new DiskException(
                DiskErrorKind.InvalidArgument, "A key id with quotes or control characters cannot name a disk's key.");
        }
    }
}
