using Lorica.Host.Power;
using Lorica.Host.Refusals;

namespace Lorica.Host.Registry;

/// <summary>
/// A VM in this process: one operation at a time. Who waits too long is told what is in the way; a job holds the gate to its end
/// and is named at once.
/// </summary>
internal sealed class VmEntry(Guid id) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SemaphoreSlim _files = new(1, 1);
    private volatile string? _job;
    private volatile RunningVm? _running;

    public Guid Id { get; } = id;

    /// <summary>The job that works on the VM, or null.</summary>
    public string? Job => _job;

    /// <summary>
    /// The powered-on VM, or null. Set and cleared by who holds the gate, and by the supervisor when the guest has ended.
    /// </summary>
    public RunningVm? Running
    {
        get => _running;
        set => _running = value;
    }

    /// <summary>The right to work on the VM; dispose it afterwards.</summary>
    public async Task<IDisposable> EnterAsync(string name, CancellationToken ct)
    {
        if (_job is { } job)
            throw Refuse.JobUnderWay(name, job);
        if (!await _gate.WaitAsync(Patience, ct))
            throw _job is { } late ? Refuse.JobUnderWay(name, late) : Refuse.Busy(name);
        return new Turn(Leave);
    }

    /// <summary>
    /// The right to read and change the files of a running VM as one: a recrypt and a restart of the vmx exclude each other by
    /// it. Short; taken inside the turn or without it, never the other way round.
    /// </summary>
    public async Task<IDisposable> EnterFilesAsync(CancellationToken ct)
    {
        await _files.WaitAsync(ct);
        return new Turn(() => _files.Release());
    }

    /// <summary>While the turn lasts, others are told that this job works on the VM.</summary>
    public void Announce(string job) => _job = job;

    public void Dispose()
    {
        _gate.Dispose();
        _files.Dispose();
    }

    private void Leave()
    {
        _job = null;
        _gate.Release();
    }

    private sealed class Turn(Action leave) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                leave();
        }
    }
}
