using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Disks.Locks;
using Lorica.Host.Files;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Home;

/// <summary>
/// The VMX of one VM on its datastore. Read once, verified, and those bytes are acted on; verified before every rewrite; what did
/// not verify is never sealed again. The folder is held open: everything happens in this very folder. Nothing in it is changed
/// through this but under a right: the lease of the VM's lock, or that of the vmx of a running VM.
/// </summary>
internal sealed class VmHome : IDisposable
{
    public VmHome(VmRegistration registration, string datastorePath)
    {
        Registration = registration;
        Path = System.IO.Path.Combine(datastorePath, registration.Folder);
        try
        {
            Folder = Folder.Open(Path);
            Folder.Right = NoRight.Instance;
        }
        catch (IOException e)
        {
            throw Refuse.With(FaultTypes.NotFound, "lorica.fileNotFound", registration.DisplayPath,
                $"The folder of {registration.DisplayPath} cannot be opened: {e.Message}",
                "See that the datastore is mounted.", e);
        }
    }

    /// <summary>Whose VMX lies at a path: the id that it names, unverified.</summary>
    public static Guid ReadId(string datastorePath, DatastorePath path)
    {
        // Everything but the id comes out of the same checks as later.
        using var home = new VmHome(
            new VmRegistration
            {
                Id = Guid.Empty, Datastore = path.Datastore, Folder = path.Folder, File = path.File, Uid = 0,
                Epoch = 0
            }, datastorePath);
        try
        {
            return VmModel.From(VmxFile.Parse(home.ReadBytes())).Id;
        }
        catch (FormatException e)
        {
            throw NotReadable(home.About, e);
        }
    }

    public VmRegistration Registration { get; }

    /// <summary>The folder's path.</summary>
    public string Path { get; }

    public Folder Folder { get; }

    /// <summary>From now on changes of the home and of disks opened by <see cref="OpenDisks"/> ask for this right.</summary>
    public void ChangeUnder(IWriteRight right) => Folder.Right = right;

    /// <summary>The folder for the disks library, under the same right.</summary>
    public DiskFolder OpenDisks() => DiskFolder.Open(Path, Folder.Right);

    private string About => Registration.DisplayPath;

    /// <summary>What the file says; nothing is verified but its form and whose it is.</summary>
    public VmModel ReadModel() => Parse(ReadBytes());

    /// <summary>
    /// Reads and verifies, in this order, so that each kind of change has its own reason: form · whose file (foreignBundle) ·
    /// encrypted at all (weakerThanRecorded) · key here (keyNotFound) · key's check value (wrongKey) · bundle's tag
    /// (bundleEdited) · bundle's object (foreignBundle) · generation (olderThanKnown) · recorded key (wrongKey) · seal
    /// (sealBroken).
    /// </summary>
    public OpenedHome Open(ObjectRecord? record, IKekSource keks)
    {
        byte[] bytes = ReadBytes();
        var model = Parse(bytes);
        if (!model.Encrypted)
        {
            if (record is not null)
            {
                throw Refuse.Tampered("weakerThanRecorded", About,
                    $"{About} is recorded as encrypted, but its VMX is not that of an encrypted VM.");
            }

            if (model.Disks.FirstOrDefault(d => d.Encrypted) is { } disk)
            {
                throw Refuse.Tampered("weakerThanRecorded", About,
                    $"{About} is plain, but says that its disk {disk.Label} is encrypted: the home of such a VM is encrypted.");
            }

            return new OpenedHome(model, bytes, null, null);
        }

        var (id, kek, kcv) = Choose(model, record, keks);
        var contents = OpenBundle(model, id, kek, kcv);
        try
        {
            if (record is not null && contents.Generation < record.Generation)
            {
                throw Refuse.Tampered("olderThanKnown", About,
                    $"{About} is of generation {contents.Generation}, but {record.Generation} is known: an older file "
                        + "was put back.");
            }

            if (record is not null && record.Key.ToId() != id)
                throw NamesAnotherKey(model, record.Key.ToId());
            if (contents.Key is null || !VmxSeal.Verify(bytes, contents.Key))
                throw Refuse.Tampered("sealBroken", About, $"{About} was changed after it was sealed.");
            return new OpenedHome(model, bytes, id, contents);
        }
        catch
        {
            contents.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Replaces a verified VMX by a sealed one with these lines, at the next generation, under one KEK or (shallow recrypt) two.
    /// Durable on return; a crash leaves the old file or the new one.
    /// </summary>
    public void Rewrite(OpenedHome verified, VmxFile lines, NamedKek first, NamedKek? second = null)
    {
        Check(verified);
        Write(SealedBytes(
            lines, Registration.Id, verified.DataFileKey!, verified.Contents!.Secrets, verified.Generation + 1, first, second));
    }

    /// <summary>
    /// Writes a verified VMX once more as it is. Before anything is done because of what it says: it may have come into place by
    /// a run whose last sync failed, and a power cut would then bring back the one before it.
    /// </summary>
    public void Confirm(OpenedHome verified)
    {
        Check(verified);
        Folder.Replace(Registration.VmxName, verified.Bytes.Span);
    }

    /// <summary>
    /// Replaces a verified plain VMX by one that is encrypted from now on, with a new dataFileKey, at the generation above
    /// <paramref name="known"/>: the highest that the center has ever seen of this VM.
    /// </summary>
    public void RewriteEncrypted(OpenedHome verified, VmxFile lines, NamedKek kek, long known)
    {
        Check(verified);
        using var dataFileKey = KeyBuffer.Random(32);
        Write(SealedBytes(lines, Registration.Id, dataFileKey, NoSecrets, known + 1, kek, null));
    }

    /// <summary>
    /// Replaces a verified sealed VMX by one under a new dataFileKey. Its bundle keeps the old one as the secret
    /// <paramref name="oldKeyName"/>, until <see cref="RewriteWithout"/>.
    /// </summary>
    public void RewriteRekeyed(OpenedHome verified, VmxFile lines, NamedKek kek, string oldKeyName)
    {
        Check(verified);
        using var dataFileKey = KeyBuffer.Random(32);

        // Borrowed: `verified` disposes what it holds.
        var secrets = new Dictionary<string, KeyBuffer>(verified.Contents!.Secrets, StringComparer.Ordinal)
        {
            [oldKeyName] = verified.DataFileKey!,
        };
        Write(SealedBytes(lines, Registration.Id, dataFileKey, secrets, verified.Generation + 1, kek, null));
    }

    /// <summary>Rewrites a verified sealed VMX without one of its secrets.</summary>
    public void RewriteWithout(OpenedHome verified, VmxFile lines, NamedKek kek, string secret)
    {
        Check(verified);
        var secrets = verified.Contents!.Secrets.Where(s => s.Key != secret).ToDictionary(StringComparer.Ordinal);
        Write(SealedBytes(lines, Registration.Id, verified.DataFileKey!, secrets, verified.Generation + 1, kek, null));
    }

    /// <summary>
    /// Replaces a verified VMX by one with these lines, encrypted or plain as it is, under the key that opened it.
    /// </summary>
    public void RewriteSame(OpenedHome verified, VmxFile lines, KeyLease keys)
    {
        if (verified.OpenedWith is { } id)
            Rewrite(verified, lines, new NamedKek(id, keys.Find(id)!));
        else
            RewritePlain(verified, lines);
    }

    /// <summary>Replaces a verified VMX by a plain one.</summary>
    public void RewritePlain(OpenedHome verified, VmxFile lines)
    {
        Check(verified);
        Write(WithoutEncryption(lines).Encode());
    }

    /// <summary>The bytes of a VMX that is encrypted from the start.</summary>
    public static byte[] NewSealed(VmxFile lines, Guid vmId, NamedKek kek)
    {
        using var dataFileKey = KeyBuffer.Random(32);
        return SealedBytes(lines, vmId, dataFileKey, NoSecrets, 1, kek, null);
    }

    /// <summary>The lines without those of encryption.</summary>
    public static VmxFile WithoutEncryption(VmxFile lines) => lines
        .Without(VmxKeys.Bundle)
        .Without(VmxKeys.KekCheck).Without(VmxKeys.NewKekCheck).Without(VmxKeys.Seal).Without(VmxKeys.Rekey);

    public void Dispose() => Folder.Dispose();

    private static Dictionary<string, KeyBuffer> NoSecrets => new(StringComparer.Ordinal);

    private static byte[] SealedBytes(
        VmxFile lines, Guid vmId, KeyBuffer dataFileKey, IReadOnlyDictionary<string, KeyBuffer> secrets,
        long generation, NamedKek first, NamedKek? second)
    {
        // The keys belong to the caller, so these contents are not disposed.
        var contents = new BundleContents { ObjectId = vmId, Generation = generation, Key = dataFileKey, Secrets = secrets };
        string bundle = Bundle.Seal(BundleKind.Vm, first.Id, first.Key, contents);
        if (second is { } s)
            bundle = Bundle.Add(bundle, Bundle.Seal(BundleKind.Vm, s.Id, s.Key, contents));
        string? rekey = lines[VmxKeys.Rekey];
        var file = WithoutEncryption(lines);
        if (rekey is not null)
            file = file.With(VmxKeys.Rekey, rekey);
        file = file.With(VmxKeys.Bundle, bundle).With(VmxKeys.KekCheck, KeyCheckValue.Compute(first.Key));
        if (second is { } other)
            file = file.With(VmxKeys.NewKekCheck, KeyCheckValue.Compute(other.Key));
        return VmxSeal.Append(file, dataFileKey);
    }

    private (KeyId Id, KeyBuffer Kek, string Kcv) Choose(VmModel model, ObjectRecord? record, IKekSource keks)
    {
        if (record is not null)
        {
            var recorded = record.Key.ToId();
            if (model.Keys.Contains(recorded))
                return (recorded, keks.Find(recorded) ?? throw Missing(recorded), record.Kcv);

            // Another key than recorded: only if that key is here can an old file be told from a foreign one.
            if (!model.Keys.Any(k => keks.Find(k) is not null))
                throw NamesAnotherKey(model, recorded);
        }

        for (int i = 0; i < model.Keys.Count; i++)
        {
            if (keks.Find(model.Keys[i]) is { } kek)
                return (model.Keys[i], kek, i == 0 ? model.Kcv! : model.NewKcv!);
        }

        throw Missing(model.Keys[0]);
    }

    private BundleContents OpenBundle(VmModel model, KeyId id, KeyBuffer kek, string kcv)
    {
        try
        {
            return Bundle.Open(BundleKind.Vm, model.Bundle!, id, kek, kcv, Registration.Id);
        }
        catch (CryptoException e)
        {
            throw new FaultException(FaultMap.Find(e, About)!, e);
        }
    }

    private FaultException NamesAnotherKey(VmModel model, KeyId recorded) => Refuse.Tampered("wrongKey", About,
        $"{About} names the key {model.Key}, but {recorded} is recorded.");

    private FaultException Missing(KeyId key) => Refuse.KeysMissing(About,
        $"The VM {About} is encrypted and a required key was not found.", [key]);

    /// <summary>The file as it is; at most <see cref="VmxFile.MaximumBytes"/>.</summary>
    public byte[] ReadBytes()
    {
        try
        {
            return Folder.Read(Registration.VmxName, VmxFile.MaximumBytes)
                ?? throw Refuse.With(
                    FaultTypes.NotFound, "lorica.fileNotFound", About, $"{About} is not there.", "Put the file back.");
        }
        catch (IOException e)
        {
            throw Refuse.Tampered("malformedVmx", About, $"{About} cannot be read: {e.Message}", inner: e);
        }
    }

    private VmModel Parse(byte[] bytes)
    {
        VmxFile file;
        VmModel model;
        try
        {
            file = VmxFile.Parse(bytes);
            if (file[VmxKeys.Bundle] is null && file.Entries.FirstOrDefault(
                e => e.Key.StartsWith("encryption.", StringComparison.OrdinalIgnoreCase)) is { Key: not null } left)
            {
                throw Refuse.Tampered("weakerThanRecorded", About,
                    $"{About} has the line {left.Key}, but no {VmxKeys.Bundle}: lines of an encrypted VM were removed.");
            }

            model = VmModel.From(file);
        }
        catch (FormatException e)
        {
            throw NotReadable(About, e);
        }

        return model.Id == Registration.Id
            ? model
            : throw Refuse.Tampered(
                "foreignBundle", About, $"{About} is the VMX of the VM {model.Id}, not of {Registration.Id}.");
    }

    private void Check(OpenedHome verified)
    {
        if (!verified.Bytes.Span.SequenceEqual(ReadBytes()))
        {
            throw Refuse.Tampered(
                "changedMeanwhile", About, $"{About} was changed by somebody else while this host worked on it.");
        }
    }

    private void Write(byte[] bytes) => Folder.Replace(Registration.VmxName, bytes);

    /// <summary>A bundle that is none has a reason of its own: the keys of the VM cannot be told.</summary>
    private static FaultException NotReadable(string about, FormatException e) =>
        e.InnerException is CryptoException c && FaultMap.IsLocator(c)
        ? new FaultException(FaultMap.Locator(about, $"{about}: {e.Message}."), e)
        : Refuse.Tampered("malformedVmx", about, $"{about} is not a VMX file: {e.Message}.", inner: e);
}
