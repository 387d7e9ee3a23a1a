using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Host.Registry;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// A powered-on VM as the host sees it. Its supervisor alone changes it, but for the facts, which a recrypt changes too.
/// </summary>
internal sealed class RunningVm(VmRegistration registration, RunState state, RunFolders folders)
{
    private readonly Lock _changing = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RunState _state = state;
    private volatile VmxStatus? _status;

    public VmRegistration Registration { get; } = registration;

    public Guid Id => Registration.Id;

    public RunState State => _state;

    /// <summary>Takes over what a launch has written; the caller keeps others from changing it.</summary>
    public void Take(RunState launched)
    {
        lock (_changing)
            _state = launched;
    }

    /// <summary>Changes the state, durably before anybody sees it.</summary>
    public void Change(Func<RunState, RunState> change)
    {
        lock (_changing)
        {
            var next = change(_state);
            folders.Write(next);
            _state = next;
        }
    }

    /// <summary>The KEKs that it needs to go on when its vmx dies; the host keeps them.</summary>
    public IReadOnlySet<KeyId> Keys => State.Facts.Keys;

    /// <summary>The host's copy of the listening NBD socket.</summary>
    public SafeFileHandle? Nbd { get; set; }

    /// <summary>Witnesses of what the present vmx writes.</summary>
    public DiskWitnesses? Witnesses { get; set; }

    public ConsoleRing Console { get; } = new();

    /// <summary>What the vmx said last.</summary>
    public VmxStatus? Status
    {
        get => _status;
        set => _status = value;
    }

    /// <summary>Somebody wants it to end: its end is no surprise.</summary>
    public bool Stopping { get; set; }

    /// <summary>Completes when the guest runs for the first time, or has ended before.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Completes when it has ended and everything is released; why it ended.</summary>
    public Task<string> Ended => _ended.Task;

    public void Settle() => _settled.TrySetResult();

    public void End(string why)
    {
        _ended.TrySetResult(why);
        _settled.TrySetResult();
    }
}
