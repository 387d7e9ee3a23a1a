using Lorica.Contracts.Vmx;
using Lorica.Vmx.Qemu;

namespace Lorica.Vmx.Guest;

/// <summary>
/// The state of the guest and of the wish to end it. Driven by one task: events go in, <see cref="Next"/> says what to do and
/// when to ask again. Knows no process, socket or clock; time is milliseconds handed in.
/// <code>
///            status running, RESUME                BLOCK_IO_ERROR stop, status io-error
/// starting ──────────────────────────► running ─────────────────────────► ioError
///    │  ▲                               │   ▲ ▲                              │  │
///    │  └── prelaunch: Continue     STOP│   │ └──────── RESUME ──────────────┘  │ Continue, repeated: the first ones
///    │                                  ▼   │ RESUME                            │ only start QEMU's reconnection
///    │                                 paused                                   │
///    └────────────── QEMU ends ─────────┴──────────────────────────────────► ended
///
/// pause:      wanted ──Stop, again every 10 s until STOP──► paused; a RESUME meanwhile is answered by another Stop; a guest that
///             stands still because of a disk is left so. Let go: Continue, repeated until RESUME.
/// reset:      running ──Reset, once──► running
/// power off:  none ──soft──► button (again every 10 s) ──time-out──► quit ──5 s──► kill
///               └───hard, or soft while not running──────────────────►┘
/// </code>
/// </summary>
internal sealed class GuestMachine
{
    private const long ContinueFirst = 1000;
    private const long ContinueLongest = 30_000;
    private const long Calm = 60_000;
    private const long ButtonAgain = 10_000;
    private const long KillAfter = 5000;
    private const long Never = long.MaxValue;

    private enum Wish
    {
        None,
        Button,
        Quit,
        Kill,
    }

    private Wish _wish;
    private long _buttonAt = Never;
    private long _quitAt = Never;
    private long _killAt = Never;
    private long _continueAt = Never;
    private long _continueDelay = ContinueFirst;
    private long _resumedAt;
    private bool _pauseWanted;
    private long _resetAt = Never;
    private long _stopAt = Never;
    private string _shutdownReason = "";
    private bool _connected;

    public GuestState State { get; private set; } = GuestState.Starting;

    public GuestEnd End { get; private set; }

    /// <summary>Why it stands still or ended; empty while all is well.</summary>
    public string Detail { get; private set; } = "";

    /// <summary>QMP is there, and <c>query-status</c> said this.</summary>
    public void OnStatus(string status, long now)
    {
        _connected = true;
        switch (status)
        {
            case "running":
                Become(GuestState.Running, "");
                _stopAt = _pauseWanted ? now : Never;
                break;
            case "prelaunch":
                _continueAt = now;
                break;
            case "io-error":
                OnIoError("", "", now);
                break;
            default:
                _stopAt = Never;
                Become(GuestState.Paused, $"QEMU says: {status}");
                break;
        }
    }

    public void OnEvent(in QmpEvent e, long now)
    {
        switch (e.Name)
        {
            case "RESUME":
                _continueAt = Never;
                _resumedAt = now;
                _stopAt = _pauseWanted ? now : Never;
                Become(GuestState.Running, "");
                break;
            case "STOP" when State != GuestState.IoError:
                _stopAt = Never;
                Become(GuestState.Paused, _pauseWanted ? "Paused by the host." : "");
                break;
            case "BLOCK_IO_ERROR" when e.Action == "stop":
                OnIoError(e.Device, e.Reason, now);
                break;
            case "SHUTDOWN":
                _shutdownReason = e.Reason;
                break;
            default:
                break;
        }
    }

    /// <summary>The control connection broke; QEMU may still be there.</summary>
    public void OnConnectionLost() => (_connected, _resetAt) = (false, Never);

    /// <summary>QEMU has ended: <paramref name="how"/> and the last it printed, both may be empty.</summary>
    public void OnExit(string how, string output)
    {
        _continueAt = Never;
        bool clean = how is "" or "exit code 0";
        if (_wish == Wish.Kill)
            Finish(GuestEnd.PoweredOff, "Powered off; QEMU did not end by itself and was killed.");
        else if (clean && _shutdownReason is "guest-shutdown")
            Finish(_wish == Wish.None ? GuestEnd.GuestShutdown : GuestEnd.PoweredOff, "The guest shut down.");
        else if (_wish != Wish.None && (clean || _wish == Wish.Quit))
            Finish(GuestEnd.PoweredOff, "Powered off.");
        else if (clean && _shutdownReason is "host-qmp-quit" or "host-signal")
            Finish(GuestEnd.Failed, "QEMU was ended from outside.");
        else
            Finish(GuestEnd.Failed, $"QEMU ended unexpectedly{Parenthesis(how)}{Colon(output)}.");
    }

    /// <summary>QEMU never came to be.</summary>
    public void OnStartFailed(string why) => Finish(GuestEnd.Failed, why);

    /// <summary>The host wants the guest to end. Wishes only grow harder.</summary>
    public void PowerOff(bool hard, long timeout, long now)
    {
        if (State == GuestState.Ended || _wish >= Wish.Quit)
            return;

        _resetAt = Never;

        // Only a guest that runs can hear the button.
        if (hard || State != GuestState.Running)
        {
            _wish = Wish.Quit;
            _quitAt = now;
            _killAt = now + KillAfter;
            _buttonAt = Never;
        }
        else if (_wish == Wish.None)
        {
            _wish = Wish.Button;
            _buttonAt = now;
            _quitAt = now + timeout;
        }
        else
        {
            _quitAt = Math.Min(_quitAt, now + timeout);
        }
    }

    /// <summary>The host wants the guest to stand still, or to go on.</summary>
    public void Pause(bool paused, long now)
    {
        if (State == GuestState.Ended || (!paused && !_pauseWanted && State != GuestState.Paused))
            return;

        _pauseWanted = paused;
        _stopAt = paused && State == GuestState.Running ? now : Never;
        if (State is GuestState.Paused or GuestState.IoError)
        {
            _continueAt = paused ? Never : now;
            _continueDelay = ContinueFirst;
        }
    }

    /// <summary>The host wants the guest to start anew. Only a guest that runs, and is not to end, is reset.</summary>
    public void Reset(long now)
    {
        if (State == GuestState.Running && _wish == Wish.None)
            _resetAt = now;
    }

    /// <summary>What is due, and the time at which to ask again at the latest. Ask again after an action.</summary>
    public (GuestAction Action, long Until) Next(long now)
    {
        if (State == GuestState.Ended)
            return (GuestAction.None, Never);
        if (now >= _killAt)
        {
            _wish = Wish.Kill;
            _killAt = now + KillAfter;
            return (GuestAction.Kill, now);
        }

        if (now >= _quitAt && _connected)
        {
            _wish = Wish.Quit;
            _quitAt = _buttonAt = Never;
            _killAt = Math.Min(_killAt, now + KillAfter);
            return (GuestAction.Quit, now);
        }

        // A time-out that passes while QMP is away still leads to the plug.
        if (now >= _quitAt && _killAt == Never)
            _killAt = now + KillAfter;
        if (now >= _buttonAt && _connected)
        {
            _buttonAt = now + ButtonAgain;
            return (GuestAction.PowerDown, now);
        }

        if (now >= _resetAt && _connected)
        {
            _resetAt = Never;
            return (GuestAction.Reset, now);
        }

        if (now >= _stopAt && _connected)
        {
            _stopAt = now + ButtonAgain;
            return (GuestAction.Stop, now);
        }

        if (now >= _continueAt && _connected)
        {
            _continueAt = now + _continueDelay;
            _continueDelay = Math.Min(_continueDelay * 3 / 2, ContinueLongest);
            return (GuestAction.Continue, now);
        }

        long until = Math.Min(_killAt, _continueAt == Never || !_connected ? Never : _continueAt);
        if (_connected)
            until = Math.Min(until, Math.Min(_stopAt, Math.Min(_buttonAt, _quitAt)));
        else if (_killAt == Never)
            until = Math.Min(until, _quitAt);
        return (GuestAction.None, until);
    }

    private void OnIoError(string device, string reason, long now)
    {
        Become(GuestState.IoError, $"The guest stands still since a disk failed{Parenthesis(device)}{Colon(reason)}.");

        // An error long after the last one is a new one, to be met as quickly as the first.
        if (now - _resumedAt > Calm)
            _continueDelay = ContinueFirst;
        _stopAt = Never;
        if (_continueAt == Never && !_pauseWanted)
            _continueAt = now + _continueDelay;

        // Waiting for the button is over: the guest cannot hear it.
        if (_wish == Wish.Button)
            PowerOff(hard: true, 0, now);
    }

    private void Become(GuestState state, string detail)
    {
        if (State == GuestState.Ended)
            return;
        State = state;
        Detail = detail;
        _resetAt = state == GuestState.Running ? _resetAt : Never;
    }

    private void Finish(GuestEnd end, string detail)
    {
        Become(GuestState.Ended, detail);
        if (End == GuestEnd.None)
            End = end;
    }

    private static string Parenthesis(string text) => text.Length == 0 ? "" : $" ({text})";

    private static string Colon(string text) => text.Length == 0 ? "" : $": {text}";
}
