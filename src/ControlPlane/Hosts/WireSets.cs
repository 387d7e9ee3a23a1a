using Lorica.Model;
using Wire = Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// Closed sets, from and to the wire. What is no member of a set, or nothing where something must be said, is refused: nothing of
/// such an answer is believed.
/// </summary>
internal static class WireSets
{
    /// <summary>From the wire.</summary>
    public static PowerState ToModel(this Wire.VmPowerState m) => m switch
    {
        Wire.VmPowerState.Off => PowerState.Off,
        Wire.VmPowerState.On => PowerState.On,
        _ => throw HostReplies.NotUnderstood($"the power state {(int)m}"),
    };

    /// <summary>From the wire; null when nothing is said.</summary>
    public static GuestState? ToModel(this Wire.VmGuestState m) => m switch
    {
        Wire.VmGuestState.Unspecified => null,
        Wire.VmGuestState.Starting => GuestState.Starting,
        Wire.VmGuestState.Running => GuestState.Running,
        Wire.VmGuestState.Paused => GuestState.Paused,
        Wire.VmGuestState.IoError => GuestState.IoError,
        _ => throw HostReplies.NotUnderstood($"the state of a guest {(int)m}"),
    };

    /// <summary>From the wire; null when nothing is said.</summary>
    public static VmFirmware? ToModel(this Wire.VmFirmware m) => m switch
    {
        Wire.VmFirmware.Unspecified => null,
        Wire.VmFirmware.Bios => VmFirmware.Bios,
        Wire.VmFirmware.Uefi => VmFirmware.Uefi,
        _ => throw HostReplies.NotUnderstood($"the firmware {(int)m}"),
    };

    /// <summary>From the wire; null when nothing is said.</summary>
    public static UnfinishedWork? ToModel(this Wire.UnfinishedWork m) => m switch
    {
        Wire.UnfinishedWork.Unspecified => null,
        Wire.UnfinishedWork.Encrypt => UnfinishedWork.Encrypt,
        Wire.UnfinishedWork.Decrypt => UnfinishedWork.Decrypt,
        Wire.UnfinishedWork.Recrypt => UnfinishedWork.Recrypt,
        Wire.UnfinishedWork.Rekey => UnfinishedWork.Rekey,
        _ => throw HostReplies.NotUnderstood($"the unfinished work {(int)m}"),
    };

    /// <summary>From the wire; null when nothing is said.</summary>
    public static DiskFormat? ToModel(this Wire.DiskFormat m) => m switch
    {
        Wire.DiskFormat.Unspecified => null,
        Wire.DiskFormat.Thin => DiskFormat.Thin,
        Wire.DiskFormat.LazyZeroed => DiskFormat.LazyZeroed,
        Wire.DiskFormat.EagerZeroed => DiskFormat.EagerZeroed,
        _ => throw HostReplies.NotUnderstood($"the format of a disk {(int)m}"),
    };

    /// <summary>From the wire.</summary>
    public static HostCryptoMode ToModel(this Wire.HostCryptoMode m) => m switch
    {
        Wire.HostCryptoMode.Incapable => HostCryptoMode.Incapable,
        Wire.HostCryptoMode.Prepared => HostCryptoMode.Prepared,
        Wire.HostCryptoMode.Safe => HostCryptoMode.Safe,
        Wire.HostCryptoMode.PendingIncapable => HostCryptoMode.PendingIncapable,
        _ => throw HostReplies.NotUnderstood($"the encryption mode {(int)m}"),
    };

    /// <summary>From the wire; null when nothing is said.</summary>
    public static HostAccelerator? ToModel(this Wire.HostAccelerator m) => m switch
    {
        Wire.HostAccelerator.Unspecified => null,
        Wire.HostAccelerator.Emulation => HostAccelerator.Emulation,
        Wire.HostAccelerator.Kvm => HostAccelerator.Kvm,
        Wire.HostAccelerator.KvmWithoutArchCapabilities => HostAccelerator.KvmWithoutArchCapabilities,
        _ => throw HostReplies.NotUnderstood($"the accelerator {(int)m}"),
    };

    /// <summary>From the wire.</summary>
    public static HostJobKind ToModel(this Wire.HostJobKind m) => m switch
    {
        Wire.HostJobKind.Encrypt => HostJobKind.Encrypt,
        Wire.HostJobKind.Decrypt => HostJobKind.Decrypt,
        Wire.HostJobKind.RecryptShallow => HostJobKind.RecryptShallow,
        Wire.HostJobKind.RecryptDeep => HostJobKind.RecryptDeep,
        Wire.HostJobKind.Clone => HostJobKind.Clone,
        Wire.HostJobKind.Relocate => HostJobKind.Relocate,
        _ => throw HostReplies.NotUnderstood($"the kind of job {(int)m}"),
    };

    /// <summary>From the wire.</summary>
    public static HostJobState ToModel(this Wire.HostJobState m) => m switch
    {
        Wire.HostJobState.Running => HostJobState.Running,
        Wire.HostJobState.Succeeded => HostJobState.Succeeded,
        Wire.HostJobState.Failed => HostJobState.Failed,
        _ => throw HostReplies.NotUnderstood($"the state of a job {(int)m}"),
    };

    /// <summary>From the wire.</summary>
    public static VmChangeKind ToModel(this Wire.VmChangeKind m) => m switch
    {
        Wire.VmChangeKind.PoweredOn => VmChangeKind.PoweredOn,
        Wire.VmChangeKind.PoweredOff => VmChangeKind.PoweredOff,
        Wire.VmChangeKind.GuestEnded => VmChangeKind.GuestEnded,
        Wire.VmChangeKind.VmxRestarted => VmChangeKind.VmxRestarted,
        Wire.VmChangeKind.IoError => VmChangeKind.IoError,
        Wire.VmChangeKind.GuestGoesOn => VmChangeKind.GuestGoesOn,
        Wire.VmChangeKind.WritesLost => VmChangeKind.WritesLost,
        _ => throw HostReplies.NotUnderstood($"the change of a VM {(int)m}"),
    };

    /// <summary>To the wire.</summary>
    public static Wire.VmFirmware ToMessage(this VmFirmware m) => m switch
    {
        VmFirmware.Bios => Wire.VmFirmware.Bios,
        VmFirmware.Uefi => Wire.VmFirmware.Uefi,
        _ => throw new ArgumentOutOfRangeException(nameof(m), m, "No firmware that hosts know."),
    };

    /// <summary>To the wire.</summary>
    public static Wire.DiskFormat ToMessage(this DiskFormat m) => m switch
    {
        DiskFormat.Thin => Wire.DiskFormat.Thin,
        DiskFormat.LazyZeroed => Wire.DiskFormat.LazyZeroed,
        DiskFormat.EagerZeroed => Wire.DiskFormat.EagerZeroed,
        _ => throw new ArgumentOutOfRangeException(nameof(m), m, "No format of a disk that hosts know."),
    };

    /// <summary>To the wire.</summary>
    public static Wire.HostJobKind ToMessage(this HostJobKind m) => m switch
    {
        HostJobKind.Encrypt => Wire.HostJobKind.Encrypt,
        HostJobKind.Decrypt => Wire.HostJobKind.Decrypt,
        HostJobKind.RecryptShallow => Wire.HostJobKind.RecryptShallow,
        HostJobKind.RecryptDeep => Wire.HostJobKind.RecryptDeep,
        HostJobKind.Clone => Wire.HostJobKind.Clone,
        HostJobKind.Relocate => Wire.HostJobKind.Relocate,
        _ => throw new ArgumentOutOfRangeException(nameof(m), m, "No kind of job that hosts know."),
    };
}
