namespace Lorica.Model;

/// <summary>
/// The words of what hosts say and are asked for, as REST, events, messages to people and rows of the database have them.
/// </summary>
public static class HostWords
{
    /// <summary>Of <see cref="PowerState"/>.</summary>
    public static readonly WordSet<PowerState> PowerStates = new(
        (PowerState.Off, "poweredOff"),
        (PowerState.On, "poweredOn"));

    /// <summary>Of <see cref="GuestState"/>.</summary>
    public static readonly WordSet<GuestState> GuestStates = new(
        (GuestState.Starting, "starting"),
        (GuestState.Running, "running"),
        (GuestState.Paused, "paused"),
        (GuestState.IoError, "ioError"));

    /// <summary>Of <see cref="VmFirmware"/>.</summary>
    public static readonly WordSet<VmFirmware> Firmwares = new((VmFirmware.Bios, "bios"), (VmFirmware.Uefi, "uefi"));

    /// <summary>Of <see cref="UnfinishedWork"/>.</summary>
    public static readonly WordSet<UnfinishedWork> Unfinished = new(
        (UnfinishedWork.Encrypt, "encrypt"),
        (UnfinishedWork.Decrypt, "decrypt"),
        (UnfinishedWork.Recrypt, "recrypt"),
        (UnfinishedWork.Rekey, "rekey"));

    /// <summary>Of <see cref="DiskFormat"/>.</summary>
    public static readonly WordSet<DiskFormat> DiskFormats = new(
        (DiskFormat.Thin, "thin"),
        (DiskFormat.LazyZeroed, "lazyZeroed"),
        (DiskFormat.EagerZeroed, "eagerZeroed"));

    /// <summary>Of <see cref="HostCryptoMode"/>.</summary>
    public static readonly WordSet<HostCryptoMode> CryptoModes = new(
        (HostCryptoMode.Incapable, "incapable"),
        (HostCryptoMode.Prepared, "prepared"),
        (HostCryptoMode.Safe, "safe"),
        (HostCryptoMode.PendingIncapable, "pendingIncapable"));

    /// <summary>Of <see cref="HostAccelerator"/>.</summary>
    public static readonly WordSet<HostAccelerator> Accelerators = new(
        (HostAccelerator.Emulation, "emulation"),
        (HostAccelerator.Kvm, "kvm"),
        (HostAccelerator.KvmWithoutArchCapabilities, "kvmWithoutArchCapabilities"));

    /// <summary>Of <see cref="HostJobKind"/>.</summary>
    public static readonly WordSet<HostJobKind> JobKinds = new(
        (HostJobKind.Encrypt, "encrypt"),
        (HostJobKind.Decrypt, "decrypt"),
        (HostJobKind.RecryptShallow, "recryptShallow"),
        (HostJobKind.RecryptDeep, "recryptDeep"),
        (HostJobKind.Clone, "clone"),
        (HostJobKind.Relocate, "relocate"));

    /// <summary>Of <see cref="HostJobState"/>.</summary>
    public static readonly WordSet<HostJobState> JobStates = new(
        (HostJobState.Running, "running"),
        (HostJobState.Succeeded, "succeeded"),
        (HostJobState.Failed, "failed"));

    /// <summary>Of <see cref="VmChangeKind"/>.</summary>
    public static readonly WordSet<VmChangeKind> VmChanges = new(
        (VmChangeKind.PoweredOn, "poweredOn"),
        (VmChangeKind.PoweredOff, "poweredOff"),
        (VmChangeKind.GuestEnded, "guestEnded"),
        (VmChangeKind.VmxRestarted, "vmxRestarted"),
        (VmChangeKind.IoError, "ioError"),
        (VmChangeKind.GuestGoesOn, "guestGoesOn"),
        (VmChangeKind.WritesLost, "writesLost"));

    /// <summary>The word.</summary>
    public static string Word(this PowerState member) => PowerStates[member];

    /// <summary>The word.</summary>
    public static string Word(this GuestState member) => GuestStates[member];

    /// <summary>The word.</summary>
    public static string Word(this VmFirmware member) => Firmwares[member];

    /// <summary>The word.</summary>
    public static string Word(this UnfinishedWork member) => Unfinished[member];

    /// <summary>The word.</summary>
    public static string Word(this DiskFormat member) => DiskFormats[member];

    /// <summary>The word.</summary>
    public static string Word(this HostCryptoMode member) => CryptoModes[member];

    /// <summary>The word.</summary>
    public static string Word(this HostAccelerator member) => Accelerators[member];

    /// <summary>The word.</summary>
    public static string Word(this HostJobKind member) => JobKinds[member];

    /// <summary>The word.</summary>
    public static string Word(this HostJobState member) => JobStates[member];

    /// <summary>The word.</summary>
    public static string Word(this VmChangeKind member) => VmChanges[member];
}
