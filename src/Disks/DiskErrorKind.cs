namespace Lorica.Disks;

/// <summary>Why a disk operation was refused or failed. Callers switch on this, never on message text.</summary>
public enum DiskErrorKind
{
    /// <summary>The bytes are no disk image that is known here, or the decrypted start looks like no disk.</summary>
    NotADisk,

    /// <summary>A descriptor, header, table or side file breaks its own format.</summary>
    Malformed,

    /// <summary>A valid image that this version does not read or write.</summary>
    Unsupported,

    /// <summary>A file name leads, or a link would lead, out of the disk's own folder.</summary>
    EscapesFolder,

    /// <summary>A size is beyond what is accepted.</summary>
    TooLarge,

    /// <summary>Another process (or another handle) holds the disk's lock.</summary>
    InUse,

    /// <summary>The filesystem is full.</summary>
    NoSpace,

    /// <summary>
    /// The key under that id is another key than the disk was sealed with, or the disk names another key than recorded.
    /// </summary>
    WrongKey,

    /// <summary>The key that the disk needs is not here.</summary>
    KeyNotFound,

    /// <summary>The key is right but the bundle was changed.</summary>
    BundleEdited,

    /// <summary>The bundle or the descriptor belongs to another object.</summary>
    ForeignBundle,

    /// <summary>A valid descriptor, but older than the newest one known.</summary>
    OlderThanKnown,

    /// <summary>The descriptor was changed after it was sealed.</summary>
    SealBroken,

    /// <summary>The disk is recorded as encrypted and its descriptor says less.</summary>
    WeakerThanRecorded,

    /// <summary>The disk is not what the record says, in another way than the kinds above.</summary>
    DiffersFromRecord,

    /// <summary>The operation needs an encrypted disk.</summary>
    NotEncrypted,

    /// <summary>The operation needs a plain disk.</summary>
    AlreadyEncrypted,

    /// <summary>A file of the disk has a second name; changing it in place would change that one too.</summary>
    HasHardLinks,

    /// <summary>The image is a delta that needs another image.</summary>
    HasParent,

    /// <summary>A sector that must be ciphertext is all zeros (<see cref="DiskException.Offset"/> names it).</summary>
    ZeroSector,

    /// <summary>The operating system reported an error.</summary>
    Io,

    /// <summary>An in-place job is under way; it has to be finished first.</summary>
    TransitionUnderWay,

    /// <summary>No such disk or file.</summary>
    NotFound,

    /// <summary>A disk or file of that name exists.</summary>
    AlreadyExists,

    /// <summary>A write to something opened for reading only, or on storage that is mounted read-only.</summary>
    ReadOnly,

    /// <summary>The job's epoch is lower than the one that the disk already carries.</summary>
    StaleEpoch,

    /// <summary>The side file of a job under way is missing or damaged: the job cannot go on.</summary>
    SideFileLost,

    /// <summary>The caller's mistake: a range outside the device, a bad name, a bad size.</summary>
    InvalidArgument,

    /// <summary>The right to change the files was lost in the middle: somebody else may have them now.</summary>
    LockLost,

    /// <summary>Nobody has the right to change the files just now; ask again.</summary>
    WriterAway,
}
