using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Jobs;

/// <summary>
/// One in-place job on a locked disk, docs/formats/in-place-change.md. Every step is durable before the next begins:
/// <code>
/// 1 lock (caller) · 2 side file · 3 descriptor with the transition line · 4 windows (JobEngine) · 5 final descriptor, side file
/// removed
///
///   plain ──2──► plain + side ──3──► encrypting ──4──► encrypting, all done ──5──► encrypted + side ──► encrypted
///     ▲            │ stray side is    │ ▲ resume: newest                               │ side removed by whoever
///     └────────────┘ removed          └─┘ record redone, go on                         └ opens the disk next
/// </code>
/// Decrypt and rekey are the same picture with other ends.
/// </summary>
internal sealed partial class JobRun(
    IDiskStore store, string name, string path, IProgress<DiskProgress>? progress, CancellationToken ct)
{
    public int WindowBytes { get; init; } = SideFormat.DefaultWindowBytes;

    /// <summary>Called between steps 3 and 4, also when a job is resumed: it comes before any change of the data.</summary>
    public Action? Beginning { get; init; }

    /// <summary>Called between steps 4 and 5.</summary>
    public Action? Finishing { get; init; }

    /// <summary>
    /// Starts or resumes encryption. What <paramref name="expected"/> says is encrypted is only resumed: a plain descriptor is
    /// one from before, and the data, which is ciphertext already, would be encrypted once more.
    /// </summary>
    public DiskJobResult Encrypt(DiskExpectation? expected, DiskKeys keys, long epoch)
    {
        var keks = new SingleKek(keys.KekId, keys.Kek);
        var text = Descriptor.Parse(DescriptorFile.Read(store, name), path);
        var model = OwnDescriptor.ToModel(text, name, path);
        if (model.Transition is { Kind: TransitionKind.Encrypt } && (keys.ObjectId ?? model.ObjectId) == model.ObjectId)
        {
            var known = new DiskExpectation { Encrypted = true, ObjectId = model.ObjectId, Generation = keys.KnownGeneration };
            return Resume(known, keks, epoch, force: false);
        }

        if (model.Encrypted)
        {
            RefuseTransition(model);
            throw new DiskException(DiskErrorKind.AlreadyEncrypted, $"The disk {path} is encrypted already.", path);
        }

        if (expected is { Encrypted: true })
        {
            throw new DiskException(
                DiskErrorKind.WeakerThanRecorded,
                $"The disk {path} is recorded as encrypted, but its descriptor is not that of an encrypted disk.", path);
        }

        PlainDisk.RequireUntouched(store, name, path);
        var zero = Vmdk.ZeroRuleOf(model.Provisioning);
        PrepareExtent(model, reserveAll: zero == ZeroRule.Error);
        using var dek = Vmdk.NewDataKey();
        var contents = new BundleContents
        {
            ObjectId = keys.ObjectId ?? Guid.NewGuid(), Generation = keys.KnownGeneration + 1, Zero = zero, Key = dek,
        };

        Begin(text, model, TransitionKind.Encrypt, contents, dek, keys.KekId, keys.Kek, epoch);
        return Resume(Seen(contents, keys.KekId), keks, epoch, force: false);
    }

    /// <summary>Starts or resumes decryption.</summary>
    public DiskJobResult Decrypt(DiskExpectation? expected, IKekSource keks, long epoch, bool force)
    {
        DiskExpectation seen;
        using (var opened = SealedDescriptor.Open(DescriptorFile.Read(store, name), name, path, expected, keks))
        {
            if (!opened.Model.Encrypted)
                throw new DiskException(DiskErrorKind.NotEncrypted, $"The disk {path} is not encrypted.", path);
            seen = Seen(opened.Contents!, opened.OpenedWith!.Value);
            if (opened.Model.Transition?.Kind != TransitionKind.Decrypt)
            {
                RefuseTransition(opened.Model);
                PrepareExtent(opened.Model, reserveAll: false);
                if (!force)
                    CheckStart(opened);
                var old = opened.Contents!;
                var contents = new BundleContents
                {
                    ObjectId = old.ObjectId, Generation = old.Generation + 1, Zero = old.Zero, OldKey = old.Key,
                };
                var key = opened.OpenedWith!.Value;
                Begin(opened.Text, opened.Model, TransitionKind.Decrypt, contents, old.Key!, key, Find(keks, key), epoch);
                seen = Seen(contents, key);
            }
        }

        return Resume(seen, keks, epoch, force);
    }

    /// <summary>Starts or resumes the change to a new data key under the given KEK (deep recrypt).</summary>
    public DiskJobResult Rekey(DiskExpectation? expected, IKekSource keks, DiskKeys keys, long epoch, bool force)
    {
        var both = new TwoKeks(new SingleKek(keys.KekId, keys.Kek), keks);
        DiskExpectation seen;

        // A resumed disk names the new key only, which the caller's record may not know yet.
        if (ReadModel() is { Transition.Kind: TransitionKind.Rekey } half)
        {
            seen = new DiskExpectation
            {
                Encrypted = true, ObjectId = expected?.ObjectId ?? half.ObjectId, Generation = expected?.Generation ?? 0,
            };
            return Resume(seen, both, epoch, force);
        }

        using (var opened = SealedDescriptor.Open(DescriptorFile.Read(store, name), name, path, expected, both))
        {
            if (!opened.Model.Encrypted)
                throw new DiskException(DiskErrorKind.NotEncrypted, $"The disk {path} is not encrypted.", path);
            RefuseTransition(opened.Model);
            PrepareExtent(opened.Model, reserveAll: false);
            if (!force)
                CheckStart(opened);
            using var dek = Vmdk.NewDataKey();
            var old = opened.Contents!;
            var contents = new BundleContents
            {
                ObjectId = old.ObjectId, Generation = old.Generation + 1, Zero = old.Zero, Key = dek, OldKey = old.Key,
            };
            Begin(opened.Text, opened.Model, TransitionKind.Rekey, contents, dek, keys.KekId, keys.Kek, epoch);
            seen = Seen(contents, keys.KekId);
        }

        return Resume(seen, both, epoch, force);
    }

    private DiskModel ReadModel() => OwnDescriptor.ToModel(Descriptor.Parse(DescriptorFile.Read(store, name), path), name, path);

    /// <summary>What a descriptor must be that is read again: never one from before what was seen or written of it.</summary>
    private static DiskExpectation Seen(BundleContents contents, KeyId key) => new()
    {
        Encrypted = true, ObjectId = contents.ObjectId, KeyId = key, Generation = contents.Generation,
    };

    /// <summary>Finishes whatever the descriptor names; without a job under way only a stray side file is removed.</summary>
    public DiskJobResult Resume(IKekSource keks, long epoch, bool force) => Resume(null, keks, epoch, force);

    private DiskJobResult Resume(DiskExpectation? seen, IKekSource keks, long epoch, bool force)
    {
        var descriptor = SealedDescriptor.Open(DescriptorFile.Read(store, name), name, path, seen, keks);
        try
        {
            if (descriptor.Model.Transition is not { } transition)
            {
                if (!descriptor.Model.Encrypted)
                    PlainDisk.RequireUntouched(store, name, path);
                ConversionJournalFile.RemoveStray(store, name);
                return new DiskJobResult(descriptor.Model, descriptor.Contents?.Generation ?? 0);
            }

            CheckTransition(transition, epoch);

            // Also with the same epoch: the descriptor that was read may not be durable if an earlier sync failed.
            Replace(descriptor, EncryptionLines.Of(descriptor.Model) with { Transition = transition with { Epoch = epoch } });
            Beginning?.Invoke();
            JobEngine.Run(store, descriptor, path, force, progress, ct);
            Finishing?.Invoke();
            return Finish(descriptor, transition.Kind, keks);
        }
        finally
        {
            descriptor.Dispose();
        }
    }

    private static KeyBuffer Find(IKekSource keks, KeyId id) => keks.Find(id)
        ?? throw new DiskException(DiskErrorKind.KeyNotFound, $"The key {id} is no longer here.");

    private void RefuseTransition(DiskModel model)
    {
        if (model.Transition is { } other)
        {
            throw new DiskException(
                DiskErrorKind.TransitionUnderWay,
                $"The disk {path} is half way through {other.Kind.Word()}; finish that first.",
                path);
        }
    }
}
