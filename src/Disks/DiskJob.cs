using Lorica.Crypto;
using Lorica.Disks.Jobs;

namespace Lorica.Disks;

/// <summary>
/// Changes a disk in place: no second copy, the data file keeps its identity, thin disks stay thin. Each call starts the job or
/// resumes the one that the descriptor names, and can be stopped at any moment (cancellation, SIGKILL, power cut); until it is
/// finished the disk opens for nothing else. The calls take the disk's lock themselves and run on the thread pool.
/// </summary>
/// <exception cref="DiskException"> All: InUse, NotFound, Malformed, HasHardLinks, NoSpace, Io, TransitionUnderWay (of another
/// kind), StaleEpoch, SideFileLost and the kinds of <see cref="Vmdk.Open"/>.
/// </exception>
public static class DiskJob
{
    /// <summary>Encrypts a plain disk under a new data key. AlreadyEncrypted when it is.</summary>
    public static Task<DiskJobResult> EncryptAsync(
        DiskFolder folder, string name, KeyId kekId, KeyBuffer kek, long epoch, IProgress<DiskProgress>? progress,
        CancellationToken ct) =>
        EncryptAsync(folder, name, new DiskKeys(kekId, kek), epoch, progress, ct);

    /// <summary>The same with a recorded object id: a resumed disk must carry it, a new job gives it to the disk.</summary>
    public static Task<DiskJobResult> EncryptAsync(
        DiskFolder folder, string name, DiskKeys keys, long epoch, IProgress<DiskProgress>? progress, CancellationToken ct) =>
        EncryptAsync(folder, name, null, keys, epoch, null, progress, ct);

    /// <summary>
    /// The same, checked against the record first: a disk that it says is encrypted is resumed, never begun (WeakerThanRecorded).
    /// <paramref name="beginning"/> is called when the descriptor says durably that the job is under way, and no data was changed
    /// before it returned. If it throws, the job stops there and can be resumed.
    /// </summary>
    public static Task<DiskJobResult> EncryptAsync(
        DiskFolder folder, string name, DiskExpectation? expectation, DiskKeys keys, long epoch, Action? beginning,
        IProgress<DiskProgress>? progress, CancellationToken ct) =>
        RunAsync(folder, name, progress, job => job.Encrypt(expectation, keys, epoch), ct, beginning: beginning);

    /// <summary>
    /// Makes an encrypted disk plain. Unless <paramref name="force"/>, what decrypts must look like a disk (NotADisk otherwise),
    /// and a stored all-zero sector of an eagerly zeroed disk ends the job (ZeroSector); forced, it becomes zeros.
    /// </summary>
    public static Task<DiskJobResult> DecryptAsync(
        DiskFolder folder, string name, IKekSource keks, long epoch, bool force, IProgress<DiskProgress>? progress,
        CancellationToken ct) =>
        DecryptAsync(folder, name, null, keks, epoch, force, progress, ct);

    /// <summary>
    /// The same, checked against the record first; on resuming the record's generation must not be above the job's own.
    /// </summary>
    public static Task<DiskJobResult> DecryptAsync(
        DiskFolder folder, string name, DiskExpectation? expectation, IKekSource keks, long epoch, bool force,
        IProgress<DiskProgress>? progress, CancellationToken ct) =>
        DecryptAsync(folder, name, expectation, keks, epoch, force, null, progress, ct);

    /// <summary>
    /// The same; <paramref name="finishing"/> is called when all data is plain and durable and the descriptor does not say so
    /// yet. If it throws, the job stops there and can be resumed.
    /// </summary>
    public static Task<DiskJobResult> DecryptAsync(
        DiskFolder folder, string name, DiskExpectation? expectation, IKekSource keks, long epoch, bool force,
        Action? finishing, IProgress<DiskProgress>? progress, CancellationToken ct) =>
        RunAsync(folder, name, progress, job => job.Decrypt(expectation, keks, epoch, force), ct, finishing);

    /// <summary>
    /// Deep recrypt: a new data key under <paramref name="keys"/>, which is the only KEK that opens the disk from the start of
    /// the job on.
    /// </summary>
    public static Task<DiskJobResult> RekeyAsync(
        DiskFolder folder, string name, DiskExpectation? expectation, IKekSource keks, DiskKeys keys, long epoch, bool force,
        IProgress<DiskProgress>? progress, CancellationToken ct) =>
        RunAsync(folder, name, progress, job => job.Rekey(expectation, keks, keys, epoch, force), ct);

    /// <summary>
    /// Finishes whatever job the descriptor names. Without one it only removes what a crash at the very end left.
    /// </summary>
    public static Task<DiskJobResult> ResumeAsync(
        DiskFolder folder, string name, IKekSource keks, long epoch, bool force, IProgress<DiskProgress>? progress,
        CancellationToken ct) =>
        RunAsync(folder, name, progress, job => job.Resume(keks, epoch, force), ct);

    private static Task<DiskJobResult> RunAsync(
        DiskFolder folder, string name, IProgress<DiskProgress>? progress, Func<JobRun, DiskJobResult> run, CancellationToken ct,
        Action? finishing = null, Action? beginning = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        DiskName.Check(name);
        return Task.Run(
            () =>
            {
                // Step 1
                using var held = DiskLock.TakeForOperation(folder, name);
                string path = folder.Store.FullName(DiskName.Descriptor(name));
                try
                {
                    return run(
                        new JobRun(folder.Store, name, path, progress, ct) { Beginning = beginning, Finishing = finishing });
                }
                catch (CryptoException e)
                {
                    throw CryptoFailure.ToDisk(e, path);
                }
            },
            ct);
    }
}
