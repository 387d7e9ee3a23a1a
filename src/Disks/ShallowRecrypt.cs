using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Jobs;
using Lorica.Disks.Storage;

namespace Lorica.Disks;

/// <summary>
/// A new KEK for one disk, data untouched: the building blocks of the VM-wide protocol. Between the two calls both KEKs open the
/// disk. Both calls replace the descriptor durably, are whole or not done at all after a crash, can be repeated, and return the
/// bundle's generation. They block for a few syncs. Either takes the disk's lock unless the caller holds it (a running VM) and
/// says so.
/// </summary>
public static class ShallowRecrypt
{
    /// <summary>Seals the bundle under the new KEK too. The descriptor goes on naming the old one first.</summary>
    public static long AddPair(
        DiskFolder folder, string name, KeyBuffer oldKek, KeyId newKekId, KeyBuffer newKek, DiskLock? held = null) =>
        AddPair(folder, name, null, oldKek, newKekId, newKek, held);

    /// <summary>
    /// The same, checked against the record in the same read: an older or foreign descriptor is not sealed again.
    /// </summary>
    public static long AddPair(
        DiskFolder folder, string name, DiskExpectation? expectation, KeyBuffer oldKek, KeyId newKekId, KeyBuffer newKek,
        DiskLock? held = null) =>
        Change(folder, name, held, (text, path) =>
        {
            var model = OwnDescriptor.ToModel(Descriptor.Parse(text, path), name, path);
            var oldId = Encrypted(model, path).Key!.Value;
            using var opened = SealedDescriptor.Open(text, name, path, expectation, new SingleKek(oldId, oldKek));
            RefuseTransition(model, path);
            if (model.Keys.Contains(newKekId))
            {
                // Done before: proven with the new key itself.
                var expectation = new DiskExpectation
                {
                    Encrypted = true, KeyId = newKekId, Kcv = KeyCheckValue.Compute(newKek),
                };
                using var again = SealedDescriptor.Open(text, name, path, expectation, new SingleKek(newKekId, newKek));
                return (again.Contents!.Generation, null);
            }

            if (model.Keys.Count > 1 || model.Keys.Any(k => k.Id == newKekId.Id))
            {
                throw new DiskException(
                    DiskErrorKind.TransitionUnderWay, $"The disk {path} is half way through another change of its key.", path);
            }

            var contents = NextGeneration(opened.Contents!);
            var lines = EncryptionLines.Of(model) with
            {
                Bundle = Bundle.Add(
                    Bundle.Seal(BundleKind.Disk, oldId, oldKek, contents),
                    Bundle.Seal(BundleKind.Disk, newKekId, newKek, contents)),
                NewKcv = KeyCheckValue.Compute(newKek),
            };
            return (contents.Generation, lines.Apply(opened.Text, opened.SealKey));
        });

    /// <summary>
    /// Drops the pair of <paramref name="drop"/>: the old KEK to go forward, the new one to go back. What remains is sealed anew
    /// under <paramref name="remainingKek"/>. NotFound-free: dropping what is not there proves the remaining key and returns.
    /// </summary>
    public static long DropPair(DiskFolder folder, string name, KeyId drop, KeyBuffer remainingKek, DiskLock? held = null) =>
        Change(folder, name, held, (text, path) =>
        {
            var model = OwnDescriptor.ToModel(Descriptor.Parse(text, path), name, path);
            var remaining = Encrypted(model, path).Keys.Where(k => k != drop).ToArray();
            if (remaining is not [var keep])
            {
                throw new DiskException(
                    DiskErrorKind.InvalidArgument,
                    $"Dropping {drop} would leave {remaining.Length} keys on the disk {path}.", path);
            }

            var expectation = new DiskExpectation
            {
                Encrypted = true, KeyId = keep, Kcv = KeyCheckValue.Compute(remainingKek),
            };
            string? recordedKcv = keep == model.Key ? model.Kcv : model.NewKcv;
            if (recordedKcv is null || !KeyCheckValue.Matches(remainingKek, recordedKcv))
            {
                throw new DiskException(
                    DiskErrorKind.WrongKey, $"The key given for {keep} is not the one that seals {path}.", path);
            }

            using var opened = SealedDescriptor.Open(text, name, path, expectation, new SingleKek(keep, remainingKek));
            RefuseTransition(model, path);
            if (model.Keys.Count == 1)
                return (opened.Contents!.Generation, null);
            var contents = NextGeneration(opened.Contents!);
            var lines = EncryptionLines.Of(model) with
            {
                Key = keep,
                Kcv = recordedKcv,
                NewKcv = null,
                Bundle = Bundle.Seal(BundleKind.Disk, keep, remainingKek, contents),
            };
            return (contents.Generation, lines.Apply(opened.Text, opened.SealKey));
        });

    private static long Change(
        DiskFolder folder, string name, DiskLock? held, Func<byte[], string, (long Generation, byte[]? Content)> change)
    {
        ArgumentNullException.ThrowIfNull(folder);
        DiskName.Check(name);
        string path = folder.Store.FullName(DiskName.Descriptor(name));
        using var own = held is null ? DiskLock.TakeForOperation(folder, name) : null;
        try
        {
            var (generation, content) = change(DescriptorFile.Read(folder.Store, name), path);
            if (content is not null)
                DescriptorFile.Replace(folder.Store, name, content);
            return generation;
        }
        catch (CryptoException e)
        {
            throw CryptoFailure.ToDisk(e, path);
        }
    }

    // Borrows the keys: the owner of `old` disposes them.
    private static BundleContents NextGeneration(BundleContents old) => new()
    {
        ObjectId = old.ObjectId, Generation = old.Generation + 1, Zero = old.Zero, Key = old.Key,
    };

    private static DiskModel Encrypted(DiskModel model, string path) => model.Encrypted
        ? model
        : throw new DiskException(DiskErrorKind.NotEncrypted, $"The disk {path} is not encrypted.", path);

    private static void RefuseTransition(DiskModel model, string path)
    {
        if (model.Transition is not null)
        {
            throw new DiskException(
                DiskErrorKind.TransitionUnderWay, $"An in-place job is under way on the disk {path}; finish that first.", path);
        }
    }
}
