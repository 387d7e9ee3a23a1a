using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Startup;

/// <summary>Every bound on a configuration, once. What passes can be acted on.</summary>
internal static class ConfigRules
{
    private const int DekBytes = 64;
    private const long MaximumDiskBytes = 64L << 40;

    // sun_path holds 108 bytes with its zero; the longest socket name in the folder is "serial.sock".
    private const int MaximumFolderBytes = 90;

    public static void Check(VmxConfig c, uint uid)
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
        Require(c.Disks.Count <= MachineLimits.MaximumDisks, $"more than {MachineLimits.MaximumDisks} disks");

        var descriptors = new HashSet<int>();
        Require(descriptors.Add(c.ControlFd) && descriptors.Add(c.NbdFd), "a descriptor is named twice");
        Require(c.VmLockFd == 0 || descriptors.Add(c.VmLockFd), "a descriptor is named twice");

        // A host from before a renewal was handed over names no time.
        Require(c.LockHost.Length == 0 || (c.VmLockFd != 0 && IsId(c.LockHost) && IsId(c.LockBoot) && c.LockEpoch >= 0
            && c.LockRenewedAt is >= 0 and < long.MaxValue), "the holder of the lock is malformed");
        var labels = new HashSet<string>(StringComparer.Ordinal);
        foreach (var disk in c.Disks)
        {
            Require(IsLabel(disk.Label) && labels.Add(disk.Label), "a disk's label is malformed or used twice");
            Require(descriptors.Add(disk.ExtentFd), "a descriptor is named twice");
            Require(disk.SyncFd != 0, "a disk has no descriptor for syncs");
            Require(descriptors.Add(disk.SyncFd), "a descriptor is named twice");
            Require(disk.LockFd == 0 || descriptors.Add(disk.LockFd), "a descriptor is named twice");
            Require(disk.Length is > 0 and <= MaximumDiskBytes && disk.Length % 512 == 0, "a disk's length is out of bounds");
            Require(disk.ZeroRule is "hole" or "error", "a disk's zero_rule is neither hole nor error");
            Require(disk.DekLength is 0 or DekBytes, $"a disk's key is neither absent nor {DekBytes} bytes");
        }
    }

    /// <summary>Labels become export names and node names: letters, digits, and a few signs that mean nothing to QEMU.</summary>
    private static bool IsLabel(string s) =>
        s.Length is > 0 and <= 32 && s.All(ch => char.IsAsciiLetterOrDigit(ch) || ch is ':' or '-' or '_' or '.');

    private static bool IsId(string s) => s.Length is > 0 and <= 40 && s.All(ch => char.IsAsciiLetterOrDigit(ch) || ch == '-');

    private static bool IsPlainPath(string path) =>
        path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal) && path.Length <= 4096;

    private static void Require(bool condition, string rule)
    {
        if (!condition)
            throw new VmxException(VmxErrorKind.BadConfig, $"The configuration is refused: {rule}.");
    }
}
