using System.Threading.Channels;
using Lorica.ControlPlane.Background;

namespace Lorica.ControlPlane.Tests.Background;

/// <summary>A job whose rounds begin and end as a test says.</summary>
internal sealed class ScriptedJob : BackgroundJob
{
    private readonly Channel<Exception?> _ends = Channel.CreateUnbounded<Exception?>();
    private int _running;
    private int _stopped;

    public Channel<bool> Begun { get; } = Channel.CreateUnbounded<bool>();

    public bool FirstFails { get; set; }

    public bool WasBrokenOff { get; private set; }

    public int MostAtOnce { get; private set; }

    public int Stopped => _stopped;

    public override string Name => "scripted";

    public override TimeSpan Period => TimeSpan.FromSeconds(10);

    public override TimeSpan AfterFailure => TimeSpan.FromSeconds(3);

    public override Task<TimeSpan> FirstAsync(CancellationToken ct) =>
        FirstFails ? throw new IOException("no table") : Task.FromResult(Period);

    public override async Task RunAsync(CancellationToken ct)
    {
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
        try
        {
            Begun.Writer.TryWrite(true);
            if (await _ends.Reader.ReadAsync(ct) is { } failure)
            {
                throw failure;
            }
        }
        catch (OperationCanceledException)
        {
            WasBrokenOff = true;
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public override Task StopAsync()
    {
        Interlocked.Increment(ref _stopped);
        return Task.CompletedTask;
    }

    public void Nudge() => Wake();

    public void End(Exception? failure = null) => _ends.Writer.TryWrite(failure);

    /// <summary>A round has begun.</summary>
    public Task BeginsAsync() => Begun.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
}
