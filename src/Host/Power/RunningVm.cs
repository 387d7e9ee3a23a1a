using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Host.Registry;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// A powered-on VM as the host sees it. Its supervisor alone changes it, but for <see cref="Keys"/>, which a recrypt changes too.
/// </summary>
internal sealed class RunningVm(VmRegistration registration, RunState state)
{
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RunState _state = state;
    private volatile VmxStatus? _status;
    private volatile IReadOnlySet<KeyId> _keys = new HashSet<KeyId>();

    public VmRegistration Registration { get; } = registration;

    public Guid Id => Registration.Id;

    public RunState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>The KEKs that it needs to go on when its vmx dies; the host keeps them.</summary>
    public IReadOnlySet<KeyId> Keys
    {
        get => _keys;
        set => _keys = value;
    }

    /// <summary>The host's copy of the listening NBD socket.</summary>
    public SafeFileHandle? Nbd { get; set; }

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
