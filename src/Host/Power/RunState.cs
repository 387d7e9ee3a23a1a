namespace Lorica.Host.Power;

/// <summary>
/// What a restarted host must know to find a running VM again; <c>RUN/ctl/ID8.json</c>, durable, no secrets. Processes are known by number
/// and start time, so that another process with the number is never taken for them.
/// </summary>
internal sealed record RunState
{
    public required Guid VmId { get; init; }

    /// <summary>The kernel's boot id: after a restart of the machine nothing runs any more.</summary>
    public required string KernelBoot { get; init; }

    public ProcessId? Vmx { get; init; }

    public ProcessId? Qemu { get; init; }
}
