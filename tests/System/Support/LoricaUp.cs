using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lorica.Platform.Processes;

namespace Lorica.SystemTests.Support;

/// <summary>
/// A whole Lorica on this machine, started by <c>lorica up</c> in a folder of its own; the CLI signed in as the administrator.
/// </summary>
internal sealed class LoricaUp : IAsyncDisposable
{
    private readonly List<string> _log = [];
    private Process? _process;

    private LoricaUp(string folder) => Folder = folder;

    public string Folder { get; }

    public string State => Path.Combine(Folder, "state");

    public string Datastore => Path.Combine(State, "datastore");

    public string SecondDatastore => Path.Combine(Folder, "datastore2");

    public string Server { get; private set; } = "";

    public string Password { get; private set; } = "";

    /// <summary>More hosts and datastores than one each: <c>--hosts 2</c>, <c>--datastore NAME=DIR</c>.</summary>
    private IReadOnlyList<string> More { get; init; } = [];

    /// <summary>Guests are emulated unless a test says otherwise: the same on every machine.</summary>
    private IReadOnlyList<string> Acceleration => More.Contains("--accel") ? [] : ["--accel", "tcg"];

    /// <summary>Starts it.</summary>
    /// <param name="environment">Of all its processes.</param>
    /// <param name="hosts">Hosts: <c>localhost</c> (part <c>host</c>), <c>host2</c>, … with
    /// <see cref="Datastore"/> in common.</param>
    /// <param name="more">Further arguments of <c>lorica up</c>.</param>
    /// <param name="secondDatastore">Whether all of them also see <see cref="SecondDatastore"/> as <c>datastore2</c>.</param>
    public static async Task<LoricaUp> StartAsync(
        IReadOnlyDictionary<string, string>? environment = null, int hosts = 1, bool secondDatastore = false,
        IReadOnlyList<string>? more = null)
    {
        string folder = Directory.CreateTempSubdirectory("lorica-system-").FullName;
        var up = new LoricaUp(folder)
        {
            More =
            [
                .. hosts > 1 ? (string[])["--hosts", hosts.ToString(System.Globalization.CultureInfo.InvariantCulture)] : [],
                .. secondDatastore ? (string[])["--datastore", "datastore2=" + Path.Combine(folder, "datastore2")] : [],
                .. more ?? [],
            ],
        };
        try
        {
            await up.StartProcessesAsync(environment);
            await up.SignInAsync();
            return up;
        }
        catch
        {
            await up.DisposeAsync();
            throw;
        }
    }

    /// <summary>Also after a stop and a start, since the center's port is another one then.</summary>
    public async Task SignInAsync()
    {
        var signedIn = await RunAsync(
            ["login", "--profile", Path.Combine(State, "client.json"), "--user", "administrator"], Password + "\n");
        Assert.True(signedIn.ExitCode == 0, signedIn.Error);
    }

    public async Task StartProcessesAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        // Core files would be allowed: that there are none is the programs' own doing.
        var start = new ProcessStartInfo("/bin/bash",
            ["-c", "ulimit -c unlimited; exec \"$@\"", "up", Layout.Program("lorica"), "up", "--state", State, "--center-port",
                "0", "--host-port", "0", "--kms-port", "0", "--json", .. Acceleration, .. More])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, e) => Note(e.Data);
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            string line = await _process.StandardOutput.ReadLineAsync(limit.Token)
                ?? throw new InvalidOperationException("lorica up ended before it was ready:\n" + Log());
            Note(line);
            if (JsonNode.Parse(line) is not JsonObject said || said["ready"]?.GetValue<bool>() != true)
                continue;
            Server = said["server"]!.GetValue<string>();
            Password = said["password"]?.GetValue<string>() ?? Password;
            break;
        }

        _ = DrainAsync(_process);
    }

    /// <summary>The CLI, as a person would use it.</summary>
    public Task<ToolResult> RunAsync(IEnumerable<string> arguments, string? input = null, int timeoutSeconds = 240) =>
        Tool.RunAsync(Layout.Program("lorica"), arguments, input, new Dictionary<string, string>
        {
            ["LORICA_PROFILE"] = Path.Combine(Folder, "profile.json"),
        }, timeoutSeconds);

    public Task<ToolResult> RunAsync(params string[] arguments) => RunAsync((IEnumerable<string>)arguments);

    /// <summary>The CLI with <c>--json</c>; must succeed.</summary>
    public async Task<JsonNode> JsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        Assert.True(result.ExitCode == 0,
            $"lorica {string.Join(' ', arguments)}: exit {result.ExitCode}\n{result.Output}\n{result.Error}\n{Log()}");
        return JsonNode.Parse(result.Output.Length == 0 ? "{}" : result.Output)!;
    }

    /// <summary>The CLI must refuse, with <paramref name="said"/> in its words.</summary>
    public async Task<ToolResult> RefusedAsync(string said, params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.ExitCode != 0, $"lorica {string.Join(' ', arguments)} should be refused:\n{result.Output}");
        Assert.True((result.Error + result.Output).Contains(said, StringComparison.OrdinalIgnoreCase),
            $"lorica {string.Join(' ', arguments)} should speak of '{said}':\n{result.Error}");
        Assert.Contains("error:", result.Error, StringComparison.Ordinal);
        return result;
    }

    public async Task ControlAsync(params string[] arguments)
    {
        var result = await RunAsync(["up", "ctl", "--state", State, .. arguments]);
        Assert.True(result.ExitCode == 0, $"up ctl {string.Join(' ', arguments)}: {result.Error}\n{Log()}");
    }

    /// <summary>Process id of <c>kms</c>, <c>center</c>, <c>host</c> or <c>broker</c>; 0 when it is not running.</summary>
    public async Task<int> PidAsync(string part)
    {
        var result = await RunAsync(["up", "ctl", "--state", State, "status", "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonNode.Parse(result.Output)!["parts"]!.AsArray()
            .Single(p => p!["name"]!.GetValue<string>() == part)!["pid"]!.GetValue<int>();
    }

    /// <summary>SIGKILL for a part, as soon as it runs.</summary>
    public async Task KillAsync(string part)
    {
        using var process = await ProcessAsync(part);
        process.Kill();
    }

    /// <summary>The process of a part, as soon as it runs.</summary>
    public async Task<Process> ProcessAsync(string part)
    {
        int pid = 0;
        await Wait.UntilAsync(async () => (pid = await PidAsync(part)) > 0, $"{part} runs");
        return Process.GetProcessById(pid);
    }

    public int Pid => _process!.Id;

    /// <summary>
    /// What the broker shows to providers that were added with a certificate of their own, for <see cref="Keys"/>.
    /// </summary>
    public X509Certificate2? UploadedIdentity { get; set; }

    public async Task AddEmbeddedKmsAsync(string name = "kms1")
    {
        int port = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(State, "up.json")))!["kmsPort"]!.GetValue<int>();
        await AddKmsAsync(name, port);
    }

    public async Task AddKmsAsync(string name, int port, params string[] more)
    {
        var pem = await Tool.RunAsync("/bin/bash",
            ["-c", $"openssl s_client -connect 127.0.0.1:{port} -showcerts </dev/null 2>/dev/null | openssl x509 -noout "
                + "-fingerprint -sha256"]);
        string sha256 = pem.Output.Trim().Split('=')[^1].Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        await JsonAsync(["kms", "add", name, "--server", $"127.0.0.1:{port}", "--accept", sha256, .. more]);
    }

    public Task<JsonNode> ShowAsync(string vm) => JsonAsync("vm", "show", vm);

    public async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            Signals.Send(_process.Id, Signals.Terminate);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
            await _process.WaitForExitAsync(limit.Token);
        }
    }

    public string Log()
    {
        lock (_log)
            return string.Join('\n', _log.TakeLast(60));
    }

    /// <summary>The end of each part's log.</summary>
    public string LogsOfParts(int lines = 15) => string.Join(
        '\n', Directory.EnumerateDirectories(State).Select(d => Path.Combine(d, "log")).Where(File.Exists)
        .Select(f => $"--- {f}\n{string.Join('\n', File.ReadLines(f).TakeLast(lines))}"));

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_process is { HasExited: false })
            {
                foreach (var vm in Processes.OfState(State).Where(p => p.Name is "lorica-vmx" or "qemu"))
                    vm.Kill();
                await StopAsync();
            }
        }
        catch (OperationCanceledException)
        {
            _process!.Kill();
        }
        finally
        {
            foreach (var left in Processes.OfState(State))
                left.Kill();
            _process?.Dispose();
            Unmount();
            Directory.Delete(Folder, recursive: true);
        }
    }

    private void Unmount()
    {
        if (File.ReadAllText("/proc/mounts").Contains(Datastore + " ", StringComparison.Ordinal))
            Tool.Run("/bin/umount", Datastore);
    }

    private async Task DrainAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            Note(line);
    }

    private void Note(string? line)
    {
        lock (_log)
            _log.Add(line ?? "");
    }
}
