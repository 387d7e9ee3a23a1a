using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Platform.Native;

namespace Lorica.Host.Refusals;

/// <summary>The one table from exceptions of the libraries and the system to faults.</summary>
internal static class FaultMap
{
    /// <summary>The fault of an exception about <paramref name="about"/>; null for one that nobody foresaw.</summary>
    public static Fault? Find(Exception exception, string about) => exception switch
    {
        FaultException e => e.Fault,
        DiskException e => OfDisk(e, about),
        CryptoException e => OfCrypto(e, about),
        IOException e when Errno.Of(e) is Errno.NoSpace or Errno.QuotaExceeded
            || IsDiskFull(e) => Refuse.NoSpaceLeft(about, e).Fault,
        IOException e when Errno.Of(e) == Errno.ReadOnlyStorage => Refuse.StorageReadOnly(about, e).Fault,
        IOException e => new Fault(
            FaultTypes.SystemError, "lorica.io", about, e.Message, "See the log of the host and of its kernel."),
        UnauthorizedAccessException e => new Fault(
            FaultTypes.SystemError, "lorica.io", about, e.Message, "See the owner and mode of the file."),
        _ => null,
    };

    private static bool IsDiskFull(IOException e) => (e.HResult & 0xffff) == 0x70 || e.HResult == unchecked((int)0x80070070);

    private static Fault OfDisk(DiskException e, string about)
    {
        string path = e.Path ?? about;
        Fault Tampered(string reason, string hint = "") => Refuse.Tampered(reason, path, e.Message, e.WayOut ?? hint).Fault;
        Fault Of(string type, string key, string hint = "") => new(type, key, path, e.Message, e.WayOut ?? hint);
        return e.Kind switch
        {
            DiskErrorKind.WrongKey => Tampered("wrongKey"),
            DiskErrorKind.KeyNotFound => Of(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound"),
            DiskErrorKind.BundleEdited => Tampered("bundleEdited"),
            DiskErrorKind.ForeignBundle => Tampered("foreignBundle"),
            DiskErrorKind.OlderThanKnown => Tampered("olderThanKnown"),
            DiskErrorKind.SealBroken => Tampered("sealBroken"),
            DiskErrorKind.WeakerThanRecorded => Tampered("weakerThanRecorded"),
            DiskErrorKind.DiffersFromRecord => Tampered("differsFromRecord"),
            DiskErrorKind.EscapesFolder => Tampered("escapesFolder"),
            DiskErrorKind.Malformed when e.InnerException is CryptoException c && IsLocator(c) => Locator(path, e.Message),
            DiskErrorKind.Malformed => Tampered("malformedDisk"),
            DiskErrorKind.ZeroSector => Tampered("zeroSector"),
            DiskErrorKind.SideFileLost => Tampered("sideFileLost", "Put the side file back, or restore the disk."),
            DiskErrorKind.NotADisk => Of(
                FaultTypes.InvalidDeviceSpec, "lorica.notADisk", "Look at the disk, or force the operation."),
            DiskErrorKind.Unsupported => Of(FaultTypes.NotSupported, "lorica.unsupportedDisk"),
            DiskErrorKind.HasParent => Of(
                FaultTypes.InvalidVmConfig, "msg.hostd.deviceSpec.enc.diskChain", "Consolidate the chain into one disk first."),
            DiskErrorKind.TooLarge => Of(FaultTypes.InvalidArgument, "lorica.diskTooLarge"),
            DiskErrorKind.InvalidArgument => Of(FaultTypes.InvalidArgument, "lorica.invalidArgument"),
            DiskErrorKind.InUse => Of(FaultTypes.ResourceInUse, "lorica.diskInUse", "End the program that uses the disk."),
            DiskErrorKind.NoSpace => Of(
                FaultTypes.NoDiskSpace, "lorica.noDiskSpace", "Free space on the datastore; then start the operation again."),
            DiskErrorKind.ReadOnly => Of(FaultTypes.InvalidState, Refuse.StorageReadOnlyKey),
            DiskErrorKind.NotEncrypted => Of(FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.notEncrypted"),
            DiskErrorKind.AlreadyEncrypted => Of(FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.encrypted"),
            DiskErrorKind.HasHardLinks => Of(
                FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking", "Remove the other name of the file."),
            DiskErrorKind.TransitionUnderWay => Of(
                FaultTypes.InvalidState, "lorica.jobPending", "Start the job again: it goes on where it stopped."),
            DiskErrorKind.LockLost => Of(FaultTypes.InvalidState, Refuse.LockLostKey),
            DiskErrorKind.WriterAway => Of(FaultTypes.InvalidState, Refuse.VmxAwayKey),
            DiskErrorKind.StaleEpoch => Of(FaultTypes.InvalidState, "lorica.staleEpoch", "Start the operation again."),
            DiskErrorKind.NotFound => Of(FaultTypes.NotFound, "lorica.fileNotFound"),
            DiskErrorKind.AlreadyExists => Of(FaultTypes.AlreadyExists, "lorica.fileExists"),
            DiskErrorKind.Io => Of(FaultTypes.SystemError, "lorica.io", "See the log of the host and of its kernel."),
            _ => throw new InvalidOperationException($"No fault stands for the error {e.Kind} of a disk.", e),
        };
    }

    /// <summary>Whether it is about the text that names keys, and not about what they open.</summary>
    public static bool IsLocator(CryptoException e) =>
        e.Kind is CryptoErrorKind.MalformedLocator or CryptoErrorKind.MalformedBundle;

    /// <summary>The fault of a broken key locator.</summary>
    public static Fault Locator(string about, string message) => new(
        FaultTypes.GenericVmConfigFault, "msg.keysafe.locator", about, message,
        "Nothing was changed. Put back the file that belongs there.");

    private static Fault OfCrypto(CryptoException e, string about) => e.Kind switch
    {
        CryptoErrorKind.WrongKey => Refuse.Tampered("wrongKey", about, e.Message).Fault,
        CryptoErrorKind.BundleEdited => Refuse.Tampered("bundleEdited", about, e.Message).Fault,
        CryptoErrorKind.ForeignBundle => Refuse.Tampered("foreignBundle", about, e.Message).Fault,
        CryptoErrorKind.BadSeal => Refuse.Tampered("sealBroken", about, e.Message).Fault,
        CryptoErrorKind.MalformedLocator or CryptoErrorKind.MalformedBundle => Locator(about, e.Message),
        CryptoErrorKind.BadStream => Refuse.Tampered("streamEdited", about, e.Message).Fault,
        CryptoErrorKind.HpkeOpenFailed => new Fault(FaultTypes.InvalidArgument, "lorica.deliveryRefused", about, e.Message,
            "Ask the host for its presentation and seal the key anew."),
        CryptoErrorKind.KeyMemoryExhausted => new Fault(FaultTypes.SystemError, "lorica.keyMemoryExhausted", about, e.Message,
            "Raise the limit of locked memory (LimitMEMLOCK)."),
        CryptoErrorKind.Unsupported => new Fault(FaultTypes.NotSupported, "lorica.unsupported", about, e.Message),
        CryptoErrorKind.InvalidKey => new Fault(FaultTypes.InvalidArgument, "lorica.invalidKey", about, e.Message),
        _ => throw new InvalidOperationException($"No fault stands for the error {e.Kind} of a key.", e),
    };
}
