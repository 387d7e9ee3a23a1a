using Lorica.Contracts.Vmx;
using Lorica.Vmx.Deliveries;

namespace Lorica.Vmx.Startup;

/// <summary>Every bound on a configuration, once. What passes can be acted on.</summary>
internal static class ConfigRules
{
    /// <summary>Bytes of a DEK.</summary>
    public const int DekBytes = 64;

    private const long MaximumDiskBytes = 64L << 40;

    // sun_path holds 108 bytes with its zero; the longest socket name in the folder is "serial.sock".
    private const int MaximumFolderBytes = 90;

    /// <param name="c">The configuration.</param>
    /// <param name="uid">The user that the command line names.</param>
    /// <param name="secrets">What was delivered; null: its secrets are still to come.</param>
    public static void Check(VmxConfig c, uint uid, SecretSet? secrets)
    {
        Require(Guid.TryParseExact(c.VmId, "D", out _), "vm_id is no UUID");
        Require(c.Name.Length is > 0 and <= 255, "name is empty or too long");
        Require(c.Uid == uid, "uid differs from the command line's");
        Require(IsPlainPath(c.RunFolder) && System.Text.Encoding.UTF8.GetByteCount(c.RunFolder) <= MaximumFolderBytes,
            "run_folder is no short absolute path");
        Require(IsPlainPath(c.Qemu), "qemu is no absolute path");
        Require(c.Cpus is > 0 and <= MachineLimits.MaximumCpus, $"cpus is not within 1 and {MachineLimits.MaximumCpus}");
        Require(c.MemoryMib is >= MachineLimits.MinimumMemoryMib and <= MachineLimits.MaximumMemoryMib,
            "memory_mib is out of bounds");
        Require(Enum.IsDefined(c.Accelerator), "the accelerator is unknown");
        Require(Firmwares.Parse(c.Firmware) is not null, "firmware is neither bios nor uefi");
        Require(c.Console.Length <= Consoles.ConsoleRing.Capacity && c.ConsoleOffset >= 0, "the console tail is out of bounds");
        Require(c.Exports.Count <= MachineLimits.MaximumDisks, $"more than {MachineLimits.MaximumDisks} disks");

        var descriptors = new HashSet<int>();
        Require(descriptors.Add(c.ControlFd) && descriptors.Add(c.NbdFd), "a descriptor is named twice");
        Require(c.VmLockFd == 0 || descriptors.Add(c.VmLockFd), "a descriptor is named twice");

        // A host from before a renewal was handed over names no time.
        Require(c.LockHost.Length == 0 || (c.VmLockFd != 0 && IsId(c.LockHost) && IsId(c.LockBoot) && c.LockEpoch >= 0
            && c.LockRenewedAt is >= 0 and < long.MaxValue), "the holder of the lock is malformed");
        var labels = new HashSet<string>(StringComparer.Ordinal);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var export in c.Exports)
        {
            Require(ExportLabel.IsValid(export.Label) && labels.Add(export.Label), "a disk's label is malformed or used twice");
            RequireServed(export);
            Require(export.Length is > 0 and <= MaximumDiskBytes && export.Length % 512 == 0, "a disk's length is out of bounds");
            Require(export.Links.Count == 1, "a disk has not exactly one link");
            foreach (var link in export.Links)
                CheckLink(link, descriptors, named, secrets);
        }

        Require(secrets is null || named.SetEquals(secrets.Names), "a secret is for nothing");
    }

    private static void CheckLink(VmxLink link, HashSet<int> descriptors, HashSet<string> named, SecretSet? secrets)
    {
        Require(descriptors.Add(link.ExtentFd), "a descriptor is named twice");
        Require(link.SyncFd != 0, "a disk has no descriptor for syncs");
        Require(descriptors.Add(link.SyncFd), "a descriptor is named twice");
        Require(link.LockFd == 0 || descriptors.Add(link.LockFd), "a descriptor is named twice");
        Require(link.ZeroRule is VmxZeroRule.Hole or VmxZeroRule.Error, "a disk's zero_rule is neither hole nor error");
        if (link.Secret.Length == 0)
            return;
        Require(named.Add(link.Secret), "a key is named twice");
        Require(secrets is null || secrets.LengthOf(link.Secret) == DekBytes,
            $"a disk's key is not there, or not {DekBytes} bytes");
    }

    private static void RequireServed(VmxExport export)
    {
        switch (export.Kind)
        {
            case VmxExportKind.Disk:
                return;
            case VmxExportKind.Nvram or VmxExportKind.Swap or VmxExportKind.Memory or VmxExportKind.Media:
                throw new VmxException(
                    VmxErrorKind.BadConfig, $"The configuration is refused: {export.Label} is of the kind {export.Kind}, "
                        + "which is not served; only disks are.");
            default:
                throw new VmxException(
                    VmxErrorKind.BadConfig, $"The configuration is refused: the kind of {export.Label} is unknown.");
        }
    }

    private static bool IsId(string s) => s.Length is > 0 and <= 40 && s.All(ch => char.IsAsciiLetterOrDigit(ch) || ch == '-');

    private static bool IsPlainPath(string path) =>
        path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal) && path.Length <= 4096;

    private static void Require(bool condition, string rule)
    {
        if (!condition)
            throw new VmxException(VmxErrorKind.BadConfig, $"The configuration is refused: {rule}.");
    }
}
