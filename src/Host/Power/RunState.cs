namespace Lorica.Host.Power;

/// <summary>
/// What a restarted host must know to find a running VM again; <c>RUN/ctl/ID8.json</c>, durable, no secrets. Processes are known
/// by number and start time, so that another process with the number is never taken for them. The numbers of descriptors that the
/// vmx holds let a restarted host fetch copies of them.
/// </summary>
internal sealed record RunState
{
    public required Guid VmId { get; init; }

    /// <summary>The kernel's boot id: after a restart of the machine nothing runs any more.</summary>
    public required string KernelBoot { get; init; }

    public ProcessId? Vmx { get; init; }

    public ProcessId? Qemu { get; init; }

    /// <summary>What was verified when the VM was started.</summary>
    public required RunFacts Facts { get; init; }

    /// <summary>
    /// A flush of a disk failed: what the guest believes to be durable may be lost. Only the vmx that met it knows which disk;
    /// another one would answer the next flush as if nothing had been, so none is started any more.
    /// </summary>
    public bool FlushFailed { get; init; }

    /// <summary>The listening NBD socket in the vmx.</summary>
    public int NbdFd { get; init; }

    /// <summary>What the vmx holds of each disk; none before it has descriptors.</summary>
    public required IReadOnlyList<RunDisk> Disks { get; init; }
}
