using System.Runtime.CompilerServices;
using Lorica.Nbd.Buffers;
using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Sessions;

/// <summary>
/// One request on its way: taken from the session's free list, filled by the session's thread, completed either there at once or
/// by whichever thread the device completes on. Reused, so that a request allocates nothing.
/// </summary>
internal sealed class NbdRequest
{
    private readonly NbdSession _session;
    private readonly Action _completed;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _awaiter;

    public NbdRequest(NbdSession session)
    {
        _session = session;
        _completed = Completed;
    }

    /// <summary>What the client asked.</summary>
    public RequestHeader Header;

    /// <summary>
    /// Where payload or answer lies; null when the request has neither. One reference belongs to the request while pending.
    /// </summary>
    public Arena? Arena;

    /// <summary>First byte of the answer (its header included) in the arena.</summary>
    public int Start;

    /// <summary>Bytes of the answer from <see cref="Start"/>; 0 for requests without data in the answer.</summary>
    public int AnswerLength;

    public NbdErrno Error;

    /// <summary>Next in a list (free or completed).</summary>
    public NbdRequest? Next;

    /// <summary>True: completed, <see cref="Error"/> says how. False: pending, the session hears of it later.</summary>
    public bool TryComplete(ValueTask task)
    {
        _awaiter = task.ConfigureAwait(false).GetAwaiter();
        if (!_awaiter.IsCompleted)
            return false;
        TakeResult();
        return true;
    }

    /// <summary>
    /// Call once after <see cref="TryComplete"/> said false and all fields are set: another thread may answer at any moment.
    /// </summary>
    public void Arm() => _awaiter.UnsafeOnCompleted(_completed);

    public void Fail(Exception error) => Error = _session.Failed(this, error);

    private void Completed()
    {
        TakeResult();
        _session.CompletedElsewhere(this);
    }

    private void TakeResult()
    {
        try
        {
#pragma warning disable VSTHRD002 // It has completed: this takes the result, it does not wait.
            _awaiter.GetResult();
#pragma warning restore VSTHRD002
            Error = NbdErrno.None;
        }
        catch (Exception e)
        {
            Fail(e);
        }

        _awaiter = default;
    }
}
