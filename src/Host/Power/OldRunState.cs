namespace Lorica.Host.Power;

/// <summary>
/// The run state as hosts wrote it while a disk was one file: descriptors by the label of the disk, and what was verified of a
/// disk in one object. A VM that such a host started runs on when a host of this version takes it up. Only read.
/// </summary>
internal sealed record OldRunState
{
    public required Guid VmId { get; init; }

    public required string KernelBoot { get; init; }

    public ProcessId? Vmx { get; init; }

    public ProcessId? Qemu { get; init; }

    public required OldRunFacts Facts { get; init; }

    public bool FlushFailed { get; init; }

    public int NbdFd { get; init; }

    /// <summary>By label. Hosts before there were witnesses have none.</summary>
    public IReadOnlyDictionary<string, int> DiskExtentFds { get; init; } = new Dictionary<string, int>();

    /// <summary>By label; empty while the vmx has no descriptors.</summary>
    public required IReadOnlyDictionary<string, int> DiskLockFds { get; init; }

    /// <summary>The same in the present form: each disk has one link.</summary>
    public RunState ToRunState() => new()
    {
        VmId = VmId, KernelBoot = KernelBoot, Vmx = Vmx, Qemu = Qemu, FlushFailed = FlushFailed, NbdFd = NbdFd,
        Facts = new RunFacts
        {
            Home = Facts.Home.ToLink(),
            Disks =
            [
                .. Facts.Disks.Select(d => new VerifiedDisk { Label = d.Label, Capacity = d.Capacity, Links = [d.ToLink()] }),
            ],
        },
        Disks =
        [
            .. Facts.Disks.Where(d => DiskLockFds.ContainsKey(d.Label) || DiskExtentFds.ContainsKey(d.Label))
                .Select(d => new RunDisk(d.Label, [LinkOf(d)])),
        ],
    };

    private RunLink LinkOf(OldVerifiedObject disk) =>
        new(disk.Id, DiskExtentFds.GetValueOrDefault(disk.Label), DiskLockFds.GetValueOrDefault(disk.Label));
}
