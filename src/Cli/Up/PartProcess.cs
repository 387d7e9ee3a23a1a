using System.Diagnostics;
using Lorica.Cli.Output;
using Lorica.Platform.Processes;

namespace Lorica.Cli.Up;

/// <summary>One run of a part: from its start to its exit.</summary>
internal sealed class PartProcess
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly TimeProvider _time;

    private PartProcess(Process process, TimeProvider time)
    {
        _process = process;
        _time = time;
        Exited = WaitAsync(process);
    }

    public int Pid => _process.Id;

    /// <summary>Its exit code, when it has exited.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts the part and waits until it says that it is ready.</summary>
    public static async Task<PartProcess> StartAsync(
        PartSpec spec, Spawner spawner, PartLog log, TimeProvider time, CancellationToken ct)
    {
        log.Begin();
        long started = time.GetTimestamp();
        var process = await spawner.StartAsync(spec.Program, spec.Arguments, spec.Listening);
        var part = new PartProcess(process, time);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = PumpAsync(process.StandardOutput, log, line =>
        {
            if (line.StartsWith(spec.ReadyLine, StringComparison.Ordinal))
                ready.TrySetResult();
        });
        var errors = PumpAsync(process.StandardError, log, _ => { });
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(StartTime);
            await Task.WhenAny(ready.Task, part.Exited).WaitAsync(limit.Token);
            if (ready.Task.IsCompleted)
                return part;
            // What it said before it died is what a person needs.
            await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(TimeSpan.FromSeconds(1), time, ct));
            throw Failed(log, $"lorica-{spec.Name} ended with exit code {await part.Exited} instead of starting.");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            await part.StopAsync(ct);
            throw Failed(log, $"lorica-{spec.Name} was not ready after {(int)time.GetElapsedTime(started).TotalSeconds} s.");
        }
        catch (OperationCanceledException)
        {
            await part.StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Asks it to stop; kills it when it takes too long, or at once when <paramref name="insist"/> fires.</summary>
    public async Task StopAsync(CancellationToken insist)
    {
        if (!Exited.IsCompleted)
            Signals.Send(Pid, Signals.Terminate);
        try
        {
            await Exited.WaitAsync(Grace, _time, insist);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!Exited.IsCompleted)
                Signals.Send(Pid, Signals.Kill);
            await Exited;
        }
    }

    private static async Task<int> WaitAsync(Process process)
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static async Task PumpAsync(StreamReader reader, PartLog log, Action<string> seen)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                log.Write(line);
                seen(line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe went with the process.
        }
    }

    private static CliException Failed(PartLog log, string message)
        => new(ExitCode.Other, message, $"Its log: {log.Path}") { Details = log.Last };
}
