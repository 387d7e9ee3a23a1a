using System.Diagnostics;
using System.Text;
using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Tests.Hosting;

/// <summary>A running vmx and the host's conversation with it. Every wait has a limit of a minute.</summary>
public sealed class VmxInstance : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly string _controlPath;
    private readonly Task<string> _errors;

    public VmxInstance(Process process, string controlPath)
    {
        Process = process;
        _controlPath = controlPath;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public Process Process { get; }

    public ControlClient Connect() => new(_controlPath);

    /// <summary>Waits for a state; fails when the guest ends in another one.</summary>
    public async Task<VmxStatus> WaitForAsync(string guest)
    {
        using var client = Connect();
        var watch = Stopwatch.StartNew();
        long seen = 0;
        while (true)
        {
            var status = (await client.AskAsync(new VmxRequest { Wait = new VmxWait { Seen = seen, WaitMs = 2000 } })).Status;
            if (status.Guest == guest)
                return status;
            Assert.False(status.Guest == "ended", $"The guest ended: {status.Detail}");
            Assert.True(watch.Elapsed < Limit, $"The guest is {status.Guest}, not {guest}: {status.Detail}");
            seen = status.Version;
        }
    }

    /// <summary>
    /// Waits until the console shows <paramref name="text"/> behind <paramref name="from"/>; the offset behind it.
    /// </summary>
    public async Task<long> SeeAsync(string text, long from = 0)
    {
        using var client = Connect();
        var watch = Stopwatch.StartNew();
        var seen = new StringBuilder();
        long at = from;
        while (true)
        {
            var reply = await client.AskAsync(
                new VmxRequest { ReadConsole = new VmxReadConsole { FromOffset = at, WaitMs = 2000 } });
            seen.Append(Encoding.Latin1.GetString(reply.Console.Data.Span));
            at = reply.Console.Offset + reply.Console.Data.Length;
            int found = seen.ToString().IndexOf(text, StringComparison.Ordinal);
            if (found >= 0)
                return at - (seen.Length - found - text.Length);
            Assert.True(
                watch.Elapsed < Limit && reply.Status.Guest != "ended",
                $"The console does not show '{text}' ({reply.Status.Guest} {reply.Status.Detail}): {seen}");
        }
    }

    public async Task TypeAsync(string text)
    {
        using var client = Connect();
        var reply = await client.AskAsync(new VmxRequest
        {
            WriteConsole = new VmxWriteConsole { Data = Google.Protobuf.ByteString.CopyFromUtf8(text) },
        });
        Assert.Null(reply.Fault);
    }

    public async Task PowerOffAsync(bool hard, int seconds = 30)
    {
        using var client = Connect();
        await client.AskAsync(new VmxRequest { PowerOff = new VmxPowerOffRequest { Hard = hard, TimeoutSeconds = seconds } });
    }

    /// <summary>Waits for the end, reads the console to its end and sees the process leave.</summary>
    public async Task<(VmxStatus Status, string Console)> CollectAsync()
    {
        using var client = Connect();
        var watch = Stopwatch.StartNew();
        VmxStatus status;
        long seen = 0;
        do
        {
            status = (await client.AskAsync(new VmxRequest { Wait = new VmxWait { Seen = seen, WaitMs = 5000 } })).Status;
            seen = status.Version;
            Assert.True(watch.Elapsed < Limit, $"The guest did not end: {status.Guest} {status.Detail}");
        }
        while (status.Guest != "ended");

        var console = new StringBuilder();
        VmxReply reply;
        long at = 0;
        do
        {
            reply = await client.AskAsync(new VmxRequest { ReadConsole = new VmxReadConsole { FromOffset = at } });
            console.Append(Encoding.Latin1.GetString(reply.Console.Data.Span));
            at = reply.Console.Offset + reply.Console.Data.Length;
        }
        while (at < reply.Console.EndOffset);
        Assert.Equal(0, await ExitAsync());
        return (status, console.ToString());
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await Process.WaitForExitAsync(limit.Token);
        return Process.ExitCode;
    }

    public Task<string> ErrorsAsync() => _errors;

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            await ExitAsync();
        }

        Process.Dispose();
    }
}
