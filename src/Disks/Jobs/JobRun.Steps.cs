using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Jobs;

/// <summary>The single steps.</summary>
internal sealed partial class JobRun
{
    /// <summary>Refuses what must not be changed in place, before anything is; takes the space that the job may need.</summary>
    private void PrepareExtent(DiskModel model, bool reserveAll)
    {
        using var extent = store.Open(model.ExtentFile, writable: true);
        Vmdk.CheckExtent(extent.Stat(), model, path);
        if (reserveAll)
            extent.Reserve(0, model.Capacity);
    }

    /// <summary>Steps 2 and 3.</summary>
    private void Begin(
        Descriptor text, DiskModel model, TransitionKind kind, BundleContents contents, KeyBuffer sealKey, KeyId kekId,
        KeyBuffer kek, long epoch)
    {
        if (epoch < 0)
            throw new DiskException(DiskErrorKind.InvalidArgument, "An epoch is not negative.");
        ct.ThrowIfCancellationRequested();

        // Composed first: what cannot be written down must not leave a side file.
        var lines = new EncryptionLines
        {
            Key = kekId,
            Kcv = KeyCheckValue.Compute(kek),
            Bundle = Bundle.Seal(BundleKind.Disk, kekId, kek, contents),
            ObjectId = contents.ObjectId,
            Transition = new DiskTransition(kind, epoch, TransitionMethod.Journal, DiskName.Side(name)),
        };
        byte[] bytes = lines.Apply(text, sealKey);

        // Step 2; a stray file of an earlier attempt is of no use, its keys are gone.
        ConversionJournalFile.RemoveStray(store, name);
        ConversionJournal.Create(store, name, new SideHeader(kind, contents.ObjectId, model.Capacity, WindowBytes), sealKey);

        // Step 3
        DescriptorFile.Replace(store, name, bytes);
    }

    /// <summary>Step 5.</summary>
    private DiskJobResult Finish(SealedDescriptor descriptor, TransitionKind kind, IKekSource keks)
    {
        long generation = 0;
        if (kind == TransitionKind.Decrypt)
        {
            DescriptorFile.Replace(store, name, EncryptionLines.Strip(descriptor.Text).ToBytes());
        }
        else
        {
            var old = descriptor.Contents!;
            generation = old.Generation + 1;

            // Borrows the key of `old`, which is disposed by its owner.
            var contents = new BundleContents
            {
                ObjectId = old.ObjectId, Generation = generation, Zero = old.Zero, Key = old.Key,
            };
            var id = descriptor.OpenedWith!.Value;
            Replace(descriptor, EncryptionLines.Of(descriptor.Model) with
            {
                Bundle = Bundle.Seal(BundleKind.Disk, id, Find(keks, id), contents),
                Transition = null,
            });
        }

        ConversionJournalFile.Remove(store, name);
        var text = Descriptor.Parse(DescriptorFile.Read(store, name), path);
        return new DiskJobResult(OwnDescriptor.ToModel(text, name, path), generation);
    }

    private void Replace(SealedDescriptor descriptor, EncryptionLines lines) =>
        DescriptorFile.Replace(store, name, lines.Apply(descriptor.Text, descriptor.SealKey));

    private void CheckTransition(DiskTransition transition, long epoch)
    {
        if (transition.Method != TransitionMethod.Journal || transition.SideFile != DiskName.Side(name))
        {
            throw new DiskException(
                DiskErrorKind.Unsupported,
                $"The job under way on {path} was begun by another version; that one has to finish it.", path);
        }

        if (epoch < transition.Epoch)
        {
            throw new DiskException(
                DiskErrorKind.StaleEpoch, $"The disk {path} carries the epoch {transition.Epoch}; {epoch} is older.", path);
        }
    }

    /// <summary>
    /// A wrong key or a foreign data file must not turn a disk into noise for good: what decrypts has to look like a disk.
    /// </summary>
    private void CheckStart(SealedDescriptor opened)
    {
        var contents = opened.Contents!;
        using var extent = store.Open(opened.Model.ExtentFile, writable: false);
        using var cipher = new XtsAes256(contents.Key!);
        byte[] start = new byte[Math.Min(DiskStart.Bytes, opened.Model.Capacity)];
        extent.Read(0, start);
        SectorCipher.Decrypt(cipher, start, 0, contents.Zero == ZeroRule.Hole);
        bool looks = DiskStart.Looks(start);
        start.AsSpan().Clear();
        if (!looks)
        {
            throw new DiskException(
                DiskErrorKind.NotADisk,
                $"The start of {path} decrypts to nothing that looks like a disk (no partition table, no filesystem). "
                + "If that is right (an unusual format), the operation has to be forced.",
                path);
        }
    }
}
