using Lorica.Contracts.Vmx;
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

    /// <summary>The message that goes in front of the keys.</summary>
    public VmxConfig ToConfig(string runFolder, string qemu, int controlFd)
    {
        var config = new VmxConfig
        {
            VmId = Vm.Id.ToString(), Name = Vm.Name, RunFolder = runFolder, ControlFd = controlFd,
            NbdFd = NumberOf(Nbd), Uid = Uid,
            Cpus = Vm.Cpus, MemoryMib = Vm.MemoryMib, Qemu = qemu, Adopt = Adopt, Firmware = Vm.Firmware.Name(),
            Console = Google.Protobuf.ByteString.CopyFrom(Console.Data), ConsoleOffset = Console.Offset,
            VmLockFd = NumberOf(VmLock.Handle), LockHost = VmLock.Record.HostId, LockBoot = VmLock.Record.BootId,
            LockEpoch = VmLock.Record.Epoch, LockRenewedAt = VmLock.Lease.RenewedAt, Accelerator = Accelerator,
        };
        config.Disks.AddRange(Disks.Select(d => (d.Disk.Label, Link: d.Opened.Links.Single())).Select(d => new VmxDisk
        {
            Label = d.Label, ExtentFd = NumberOf(d.Link.Extent), SyncFd = NumberOf(d.Link.Sync),
            LockFd = NumberOf(d.Link.Lock.Handle),
            Length = d.Link.Model.Capacity,
            ZeroRule = d.Link.Zero == Crypto.ZeroRule.Hole ? "hole" : "error", DekLength = d.Link.Dek?.Length ?? 0,
            KeepAllocation = d.Link.KeepAllocation,
        }));
        return config;
    }

    /// <summary>The descriptors that the vmx inherits.</summary>
    public IEnumerable<int> Descriptors() =>
    [
        NumberOf(Nbd), NumberOf(VmLock.Handle),
        .. Disks.SelectMany(d => d.Opened.Links)
            .SelectMany(l => new[] { NumberOf(l.Extent), NumberOf(l.Sync), NumberOf(l.Lock.Handle) }),
    ];

    // The handles are owned by the caller and stay open for the whole launch, so their numbers stay theirs.
    private static int NumberOf(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
