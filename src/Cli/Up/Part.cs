using Lorica.Cli.Output;
using Lorica.Platform.Native;

namespace Lorica.Cli.Up;

/// <summary>
/// Keeps one part running.
/// <code>
///   stopped ──start──► starting ──ready──► running ──exit──► waiting ──back-off──► starting
///      ▲                                      │  └─exit 0, socket held──► idle ──connection──► starting
///      └────────────────stop──────────────────┴───────────────┴───────────┘
/// </code>
/// Start and stop exclude each other; one keeper task per start drives the rest.
/// </summary>
internal sealed class Part(PartSpec spec, Spawner spawner, PartLog log, UpReport report, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(60);
    private const int PollMilliseconds = 250;

    private readonly SemaphoreSlim _gate = new(1);
    private CancellationTokenSource? _keeperStop;
    private Task _keeper = Task.CompletedTask;
    private volatile PartProcess? _process;
    private volatile string _state = "stopped";

    public string Name => spec.Name;

    /// <summary><c>stopped</c>, <c>starting</c>, <c>running</c>, <c>idle</c>, <c>waiting</c>.</summary>
    public string State => _state;

    /// <summary>Process id, or 0.</summary>
    public int Pid => _process is { Exited.IsCompleted: false } process ? process.Pid : 0;

    /// <summary>Starts it, and keeps it running from then on.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            if (_keeperStop is not null)
                return;
            await RunAsync(ct);
            _keeperStop = new CancellationTokenSource();
            _keeper = KeepAsync(_keeperStop.Token);
        }
        finally
        {
            if (_keeperStop is null)
                _state = "stopped";
            _gate.Release();
        }
    }

    /// <summary>Stops it, and leaves it stopped.</summary>
    public async Task StopAsync(CancellationToken insist)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (_keeperStop is null)
                return;
            await _keeperStop.CancelAsync();
            await _keeper.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_process is { } process)
                await process.StopAsync(insist);
            _keeperStop.Dispose();
            _keeperStop = null;
            _state = "stopped";
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets everything; the part must have been stopped.</summary>
    public void Dispose()
    {
        _keeperStop?.Dispose();
        _gate.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        _state = "starting";
        _process = await PartProcess.StartAsync(spec, spawner, log, time, ct);
        _state = "running";
    }

    private async Task KeepAsync(CancellationToken ct)
    {
        var pause = FirstPause;
        while (true)
        {
            long since = time.GetTimestamp();
            int code = await _process!.Exited.WaitAsync(ct);
            if (code == 0 && spec.Listening is not null)
            {
                _state = "idle";
                await ConnectionAsync(ct);
            }
            else
            {
                pause = time.GetElapsedTime(since) > Steady ? FirstPause : pause;
                _state = "waiting";
                Say("crashed", $"lorica-{Name} ended unexpectedly (exit code {code}); starting it again.");
                await Task.Delay(pause, time, ct);
                pause = Longer(pause);
            }
            pause = await RunAgainAsync(pause, quietly: _state == "idle", ct);
        }
    }

    /// <summary>Starts it again, however often that takes.</summary>
    private async Task<TimeSpan> RunAgainAsync(TimeSpan pause, bool quietly, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await RunAsync(ct);
                if (!quietly)
                    Say("restarted", $"lorica-{Name} runs again.", Pid);
                return pause;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // Also a program that an update replaces right now, no memory, no process id left: all of it
                // may be over in a while.
                _state = "waiting";
                string last = e is CliException { Details: [.., var line] } ? " " + line : "";
                Say("crashed", $"{e.Message} Next attempt in {pause.TotalSeconds:0.#} s.{last}");
                await Task.Delay(pause, time, ct);
                pause = Longer(pause);
            }
        }
    }

    /// <summary>
    /// Waits until somebody connects to the held socket. The connection stays in the socket's queue and is accepted by the part.
    /// </summary>
    private Task ConnectionAsync(CancellationToken ct) => Task.Factory.StartNew(() =>
    {
        while (!FileDescriptors.WaitReadable(spec.Listening!, PollMilliseconds))
            ct.ThrowIfCancellationRequested();
    }, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>
    /// Tells, if anybody can be told: where it is said may be a full disk or a closed pipe, and the part matters more.
    /// </summary>
    private void Say(string phase, string message, int? pid = null)
    {
        try
        {
            report.Say(phase, message, Name, pid);
        }
        catch (IOException)
        {
            // Nobody hears it.
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;
}
