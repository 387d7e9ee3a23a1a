using System.Diagnostics;
using System.Text.Json;
using Lorica.Cli.Up;
using Lorica.Platform.Processes;

namespace Lorica.Cli.Tests.Support;

/// <summary>A real <c>lorica up</c> over stand-ins of its parts.</summary>
internal sealed class UpProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<UpEvent> _events = [];
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private UpProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "lorica");

    public int Pid => _process.Id;

    public IReadOnlyList<UpEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    public static UpProcess Start(UpSandbox sandbox, params string[] more) => new(Launch(sandbox, ["up", "--state", sandbox.State,
        "--center-port", "0", "--host-port", "0", "--kms-port", "0", "--json", .. more]));

    /// <summary>Runs <c>lorica up ctl …</c> or any other command over the sandbox.</summary>
    public static async Task<(int Code, string Out, string Error)> RunAsync(UpSandbox sandbox, params string[] arguments)
    {
        var ended = await Tool.RunAsync(Program, arguments, environment: Environment(sandbox), timeoutSeconds: 60);
        return (ended.ExitCode, ended.Output, ended.Error);
    }

    public async Task<UpEvent> WaitForAsync(Func<UpEvent, bool> wanted)
    {
        UpEvent? found = null;
        await Wait.UntilAsync(async () =>
        {
            bool over = _process.HasExited;
            found = Events.FirstOrDefault(wanted);
            if (found is null && over)
                Assert.Fail($"It ended before the event came: {string.Join(" | ", Events)} {await _errors}");
            return found is not null;
        }, "the event comes", now: () => string.Join(" | ", Events));
        return found!;
    }

    public Task<UpEvent> ReadyAsync() => WaitForAsync(e => e.Ready == true);

    /// <summary>Sends a signal and gives the exit code.</summary>
    public async Task<int> EndAsync(int signal)
    {
        Signals.Send(Pid, signal);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _reading;
        return _process.ExitCode;
    }

    public async Task<string> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _reading;
        return await _errors;
    }

    public int ExitCode => _process.ExitCode;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await EndAsync(Signals.Terminate);
        _process.Dispose();
    }

    private static Process Launch(UpSandbox sandbox, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment(sandbox))
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static Dictionary<string, string> Environment(UpSandbox sandbox) => new(StringComparer.Ordinal)
    {
        ["LORICA_PROGRAMS"] = sandbox.Programs, ["FAKE_JOURNAL"] = sandbox.JournalPath,
    };

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_events)
                _events.Add(JsonSerializer.Deserialize(line, UpJson.Default.UpEvent)!);
        }
    }
}
