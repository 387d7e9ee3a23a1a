using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>Everything that one start of a vmx needs; borrowed for the call.</summary>
internal sealed record VmxLaunch
{
    public required VmModel Vm { get; init; }

    public required uint Uid { get; init; }

    public required VmLock VmLock { get; init; }

    /// <summary>The opened disks in the order of the VMX.</summary>
    public required IReadOnlyList<(VmDiskModel Disk, OpenedDisk Opened)> Disks { get; init; }

    /// <summary>The listening NBD socket.</summary>
    public required SafeFileHandle Nbd { get; init; }

    /// <summary>What was verified of it.</summary>
    public required RunFacts Facts { get; init; }

    /// <summary>QEMU runs already: attach.</summary>
    public bool Adopt { get; init; }

    /// <summary>How the guest runs; without meaning when QEMU runs already.</summary>
    public VmxAccelerator Accelerator { get; init; }

    /// <summary>The console so far.</summary>
    public (long Offset, byte[] Data) Console { get; init; } = (0, []);

    /// <summary>The descriptors that the vmx gets.</summary>
    public IEnumerable<SafeFileHandle> Descriptors() =>
    [
        Nbd, VmLock.Handle,
        .. Disks.SelectMany(d => d.Opened.Links).SelectMany(l => new[] { l.Extent, l.Sync, l.Lock.Handle }),
    ];

    /// <summary>The DEKs that the vmx gets, by the names that its configuration calls them.</summary>
    public IReadOnlyList<(string Name, KeyBuffer Key)> Secrets() =>
    [
        .. Disks.SelectMany(d => d.Opened.Links.Select((l, i) => (Name: SecretOf(d.Disk, l, i), l.Dek)))
            .Where(s => s.Dek is not null).Select(s => (s.Name, s.Dek!)),
    ];

    /// <summary>What to do with them; <paramref name="numberOf"/> says what the vmx calls a descriptor.</summary>
    public VmxConfig ToConfig(string runFolder, string qemu, SafeFileHandle control, Func<SafeFileHandle, int> numberOf)
    {
        var config = new VmxConfig
        {
            VmId = Vm.Id.ToString(), Name = Vm.Name, RunFolder = runFolder, ControlFd = numberOf(control),
            NbdFd = numberOf(Nbd), Uid = Uid,
            Cpus = Vm.Cpus, MemoryMib = Vm.MemoryMib, Qemu = qemu, Adopt = Adopt, Firmware = Vm.Firmware.Name(),
            Console = Google.Protobuf.ByteString.CopyFrom(Console.Data), ConsoleOffset = Console.Offset,
            VmLockFd = numberOf(VmLock.Handle), LockHost = VmLock.Record.HostId, LockBoot = VmLock.Record.BootId,
            LockEpoch = VmLock.Record.Epoch, LockRenewedAt = VmLock.Lease.RenewedAt, Accelerator = Accelerator,
        };
        config.Exports.AddRange(Disks.Select(d => new VmxExport
        {
            Label = d.Disk.Label, Kind = VmxExportKind.Disk, Length = d.Opened.Model.Capacity,
            Links =
            {
                d.Opened.Links.Select((l, i) => new VmxLink
                {
                    ExtentFd = numberOf(l.Extent), SyncFd = numberOf(l.Sync), LockFd = numberOf(l.Lock.Handle),
                    ZeroRule = RuleOf(l.Zero), KeepAllocation = l.KeepAllocation, Secret = SecretOf(d.Disk, l, i),
                }),
            },
        }));
        return config;
    }

    /// <summary>What the run state says of them.</summary>
    public IReadOnlyList<RunDisk> ToRunDisks(Func<SafeFileHandle, int> numberOf) =>
    [
        .. Disks.Select(d => new RunDisk(
            d.Disk.Label,
            [.. d.Disk.Links.Zip(d.Opened.Links, (named, l) => new RunLink(
                named.ObjectId, numberOf(l.Extent), numberOf(l.Lock.Handle)))])),
    ];

    private static string SecretOf(VmDiskModel disk, OpenedLink link, int index) =>
        link.Dek is null ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{disk.Label}/{index}");

    private static VmxZeroRule RuleOf(ZeroRule rule) => rule switch
    {
        ZeroRule.Hole => VmxZeroRule.Hole,
        ZeroRule.Error => VmxZeroRule.Error,
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "A rule for zeros that no vmx knows."),
    };
}
