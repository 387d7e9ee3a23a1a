using Lorica.Crypto;

namespace Lorica.Disks.Descriptors;

/// <summary>
/// A descriptor of which everything was verified, and the bundle it carries; for a plain disk there is no bundle. Owns the
/// bundle's keys.
/// </summary>
internal sealed class SealedDescriptor : IDisposable
{
    private SealedDescriptor(Descriptor text, DiskModel model, KeyId? openedWith, BundleContents? contents)
    {
        Text = text;
        Model = model;
        OpenedWith = openedWith;
        Contents = contents;
    }

    public Descriptor Text { get; }

    public DiskModel Model { get; }

    public KeyId? OpenedWith { get; }

    public BundleContents? Contents { get; }

    /// <summary>The key that seals the descriptor: the new side's, or the old one's where the new side is plain.</summary>
    public KeyBuffer SealKey => (Contents!.Key ?? Contents.OldKey)!;

    /// <summary>
    /// Verifies in this order, so that each kind of change gets its own reason: encrypted at all (WeakerThanRecorded),
    /// recorded object (ForeignBundle), well-formed, recorded key (WrongKey, OlderThanKnown), key here (KeyNotFound), key's check
    /// value (WrongKey), bundle's tag (BundleEdited), bundle's object (ForeignBundle), generation (OlderThanKnown), seal
    /// (SealBroken).
    /// </summary>
    public static SealedDescriptor Open(byte[] file, string name, string path, DiskExpectation? expected, IKekSource keks)
    {
        var text = Descriptor.Parse(file, path);
        if (expected is { Encrypted: true } && !OwnDescriptor.IsEncrypted(text))
        {
            throw new DiskException(
                DiskErrorKind.WeakerThanRecorded,
                $"The disk {path} is recorded as encrypted, but its descriptor is not that of an encrypted disk.",
                path);
        }

        // Before its form: another disk's whole descriptor names another data file too, but whose it is says more.
        if (expected?.ObjectId is { } id && Guid.TryParseExact(text[Keys.ObjectId], "D", out var named) && named != id)
        {
            throw new DiskException(
                DiskErrorKind.ForeignBundle,
                $"The descriptor {path} is that of the object {named}, but the disk recorded here is {id}.",
                path);
        }

        var model = OwnDescriptor.ToModel(text, name, path);
        if (!model.Encrypted)
            return new SealedDescriptor(text, model, null, null);
        if (expected is { Encrypted: false })
        {
            throw new DiskException(
                DiskErrorKind.DiffersFromRecord, $"The disk {path} is recorded as plain, but it is encrypted.", path);
        }

        var (key, kek) = Choose(model, path, expected, keks);
        var contents = OpenBundle(model, path, key, kek, KcvFor(model, expected, key, path));
        try
        {
            Check(file, text, model, contents, path, expected, key);
            return new SealedDescriptor(text, model, key, contents);
        }
        catch
        {
            contents.Dispose();
            throw;
        }
    }

    public void Dispose() => Contents?.Dispose();

    private static (KeyId Id, KeyBuffer Kek) Choose(DiskModel model, string path, DiskExpectation? expected, IKekSource keks)
    {
        var id = model.Key!.Value;
        if (expected?.KeyId is { } recorded)
        {
            if (model.Keys.Contains(recorded))
                id = recorded;

            // Another key than recorded: only if that key is here can an old descriptor be told from a foreign one.
            else if (keks.Find(id) is null)
                throw NamesAnotherKey(model, path, recorded);
        }
        else
        {
            // During a shallow recrypt either key will do.
            id = model.Keys.Where(k => keks.Find(k) is not null).Append(id).First();
        }

        return keks.Find(id) is { } kek
            ? (id, kek)
            : throw new DiskException(
                DiskErrorKind.KeyNotFound, $"The disk {path} is encrypted and a required key was not found: {id}.", path);
    }

    private static DiskException NamesAnotherKey(DiskModel model, string path, KeyId recorded) => new(
        DiskErrorKind.WrongKey, $"The disk {path} names the key {model.Key}, but {recorded} is recorded.", path);

    private static string KcvFor(DiskModel model, DiskExpectation? expected, KeyId key, string path)
    {
        if (expected?.Kcv is { } recorded && expected.KeyId is { } id && id == key)
            return recorded;
        return (key == model.Key ? model.Kcv : model.NewKcv)
            ?? throw new DiskException(
                DiskErrorKind.Malformed, $"The descriptor {path} has no check value for the key {key}.", path);
    }

    private static BundleContents OpenBundle(DiskModel model, string path, KeyId key, KeyBuffer kek, string kcv)
    {
        try
        {
            return Lorica.Crypto.Bundle.Open(BundleKind.Disk, model.Bundle!, key, kek, kcv, model.ObjectId!.Value);
        }
        catch (CryptoException e)
        {
            throw CryptoFailure.ToDisk(e, path);
        }
    }

    private static void Check(
        byte[] file, Descriptor text, DiskModel model, BundleContents contents, string path, DiskExpectation? expected, KeyId key)
    {
        if (expected is not null && contents.Generation < expected.Generation)
        {
            throw new DiskException(
                DiskErrorKind.OlderThanKnown,
                $"The descriptor {path} is of generation {contents.Generation}, but {expected.Generation} is known.",
                path);
        }

        if (expected?.KeyId is { } recorded && recorded != key)
            throw NamesAnotherKey(model, path, recorded);

        bool sides = (model.Transition?.Kind, contents.Key, contents.OldKey) switch
        {
            (null, not null, null) => true,
            (TransitionKind.Encrypt, not null, null) => true,
            (TransitionKind.Decrypt, null, not null) => true,
            (TransitionKind.Rekey, not null, not null) => true,
            _ => false,
        };
        var sealKey = contents.Key ?? contents.OldKey;
        if (sealKey is null || contents.Zero is null)
            throw new DiskException(DiskErrorKind.Malformed, $"The bundle of {path} holds no data key.", path);
        var (content, seal) = EncryptionLines.Split(file, text);
        if (!FileSeal.Verify(sealKey, FileSeal.DescriptorInfo, content.Span, seal) || !sides)
        {
            throw new DiskException(
                DiskErrorKind.SealBroken, $"The descriptor {path} was changed after it was sealed.", path);
        }
    }
}
