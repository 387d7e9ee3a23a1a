using System.Net.Sockets;
using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Cli.Up;
using Lorica.Contracts.Configs;
using Lorica.Platform.Processes;

namespace Lorica.Cli.Tests;

/// <summary>Needs root, as <c>lorica up</c> does, and python3 and openssl for the stand-ins.</summary>
public sealed class UpTests : IDisposable
{
    private readonly UpSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task It_starts_all_parts_tells_the_password_once_and_stops_them_in_the_other_order()
    {
        await using (var first = UpProcess.Start(_sandbox))
        {
            var ready = await first.ReadyAsync();
            Assert.Equal(("administrator", "fake-password"), (ready.User, ready.Password));
            Assert.Equal(PartNames.All, ready.Pids!.Keys);
            Assert.StartsWith("https://127.0.0.1:", ready.Server, StringComparison.Ordinal);
            Assert.Equal(0, await first.EndAsync(Signals.Terminate));
        }
        // The broker has ended by itself when it was idle for long enough before the stop.
        var stopped = _sandbox.Journal.Where(l => l.Contains(" stop ", StringComparison.Ordinal))
            .Select(l => l.Split(' ')[0]).ToList();
        Assert.Equal(stopped.Contains("broker") ? ["center", "host", "broker", "kms"] : ["center", "host", "kms"], stopped);

        await using var second = UpProcess.Start(_sandbox);
        Assert.Null((await second.ReadyAsync()).Password);
    }

    [Fact]
    public async Task More_hosts_run_beside_the_first_with_folders_ports_and_user_ids_of_their_own_and_stay()
    {
        await using (var first = UpProcess.Start(_sandbox))
            await first.ReadyAsync();
        string fast = Path.Combine(_sandbox.State, "fast");
        await using (var second = UpProcess.Start(_sandbox, "--hosts", "3", "--datastore", $"fast={fast}"))
            Assert.Equal(["kms", "broker", "host", "host2", "host3", "center"], (await second.ReadyAsync()).Pids!.Keys);
        await using var third = UpProcess.Start(_sandbox);
        Assert.Equal(["kms", "broker", "host", "host2", "host3", "center"], (await third.ReadyAsync()).Pids!.Keys);

        var hosts = new[] { "host", "host2", "host3" }
            .Select(part => JsonSerializer.Deserialize(
                File.ReadAllBytes(_sandbox.Paths.Config(part)), ConfigJson.Default.HostConfig)!).ToList();
        Assert.Equal(["localhost", "host2", "host3"], hosts.Select(h => h.Name));
        foreach (var own in (Func<HostConfig, object>[])[h => h.Id, h => h.StateFolder, h => h.RunFolder,
            h => h.Listen, h => h.Key])
        {
            Assert.Equal(3, hosts.Select(own).Distinct().Count());
        }

        Assert.Equal([700_000u, 765_536u, 831_072u], hosts.Select(h => h.UidBase));
        Assert.All(hosts, h => Assert.Equal(["datastore1", "fast"], h.Datastores.Select(d => d.Name)));
        Assert.All(hosts, h => Assert.Equal(fast, h.Datastores[1].Path));
        var center = JsonSerializer.Deserialize(
            File.ReadAllBytes(_sandbox.Paths.Config("center")), ConfigJson.Default.CenterConfig)!;
        Assert.Equal(hosts.Select(h => (h.Id, h.Listen)), center.Hosts.Select(h => (h.Id, h.Address)));
    }

    [Fact]
    public async Task Files_of_the_state_are_for_their_owner_only()
    {
        await using var up = UpProcess.Start(_sandbox);
        await up.ReadyAsync();
        string[] secrets = ["up.json", "client.json", "kms/config.json", "kms/pki/node.key", "kms/log", "center/log"];
        foreach (string file in secrets.Select(f => Path.Combine(_sandbox.State, f)))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(_sandbox.Paths.HeldFolder));
    }

    [Fact]
    public async Task A_second_one_on_the_same_state_is_refused()
    {
        await using var up = UpProcess.Start(_sandbox);
        await up.ReadyAsync();
        var (code, _, error) = await UpProcess.RunAsync(_sandbox, "up", "--state", _sandbox.State);
        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains("Another lorica up runs", error, StringComparison.Ordinal);
        Assert.Equal(1, _sandbox.Journal.Count(l => l.StartsWith("kms start", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_crashed_part_is_started_again_and_it_is_said()
    {
        await using var up = UpProcess.Start(_sandbox);
        await up.ReadyAsync();
        Signals.Send(await _sandbox.WaitForAsync("host start"), Signals.Kill);
        await _sandbox.WaitForAsync("host start", 2);
        await up.WaitForAsync(e => e is { Phase: "crashed", Part: "host" });
        await up.WaitForAsync(e => e is { Phase: "restarted", Part: "host" });
    }

    [Fact]
    public async Task An_idle_broker_is_started_by_the_next_connection_which_is_not_lost()
    {
        await using var up = UpProcess.Start(_sandbox);
        await up.ReadyAsync();
        await _sandbox.WaitForAsync("broker idle");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_sandbox.Paths.BrokerSocket));
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.DoesNotContain(up.Events, e => e is { Phase: "crashed" });
    }

    [Fact]
    public async Task Parts_are_stopped_and_started_over_the_control_socket()
    {
        await using var up = UpProcess.Start(_sandbox);
        await up.ReadyAsync();
        Assert.Equal(("stopped", 0), await CtlAsync("stop", "kms"));
        Assert.Equal("kms stop",
            string.Join(' ', _sandbox.Journal.Last(l => !l.StartsWith("broker", StringComparison.Ordinal)).Split(' ')[..2]));
        Assert.Equal("running", (await CtlAsync("start", "kms")).State);
        int before = await _sandbox.WaitForAsync("host start");
        var (state, pid) = await CtlAsync("restart", "host");
        Assert.Equal("running", state);
        Assert.NotEqual(before, pid);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_sandbox.Paths.ControlSocket));
    }

    [Fact]
    public async Task Without_a_running_one_control_is_exit_code7()
        => Assert.Equal((int)ExitCode.Unreachable,
            (await UpProcess.RunAsync(_sandbox, "up", "ctl", "--state", _sandbox.State, "status")).Code);

    [Fact]
    public async Task A_failed_start_shows_the_end_of_the_log_stops_the_rest_and_still_tells_the_password()
    {
        _sandbox.Fail("host", fail: true);
        await using var up = UpProcess.Start(_sandbox);
        string errors = await up.ExitAsync();
        Assert.Equal(1, up.ExitCode);
        Assert.Contains("lorica-host ended with exit code 9", errors, StringComparison.Ordinal);
        Assert.Contains("made to fail", errors, StringComparison.Ordinal);
        Assert.Contains(up.Events, e => e.Password == "fake-password");
        await _sandbox.WaitForAsync("kms stop");

        _sandbox.Fail("host", fail: false);
        await using var again = UpProcess.Start(_sandbox);
        await again.ReadyAsync();
    }

    [Fact]
    public async Task Parts_end_when_it_is_killed()
    {
        await using var up = UpProcess.Start(_sandbox);
        await up.ReadyAsync();
        Assert.NotEqual(0, await up.EndAsync(Signals.Kill));
        foreach (string part in new[] { "kms", "host", "center" })
            await _sandbox.WaitForAsync(part + " stop");
    }

    [Fact]
    public async Task A_start_at_once_after_a_kill_waits_for_the_parts_that_still_stop()
    {
        _sandbox.Slow("kms");
        await using (var killed = UpProcess.Start(_sandbox))
        {
            await killed.ReadyAsync();
            Assert.NotEqual(0, await killed.EndAsync(Signals.Kill));
        }
        await using var next = UpProcess.Start(_sandbox);
        await next.ReadyAsync();
        string[] kms = [.. _sandbox.Journal.Where(l => l.StartsWith("kms", StringComparison.Ordinal))
            .Select(l => l.Split(' ')[1])];
        Assert.Equal(["start", "stop", "start"], kms);
    }

    [Fact]
    public async Task A_folder_of_somebody_else_is_left_alone()
    {
        Directory.CreateDirectory(_sandbox.State);
        await File.WriteAllTextAsync(Path.Combine(_sandbox.State, "precious"), "x");
        var (code, _, error) = await UpProcess.RunAsync(_sandbox, "up", "--state", _sandbox.State);
        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains("is not empty", error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_sandbox.State, "precious")));
    }

    private async Task<(string State, int Pid)> CtlAsync(string command, string part)
    {
        var (code, output, error) = await UpProcess.RunAsync(
            _sandbox, "up", "ctl", command, part, "--state", _sandbox.State, "--json");
        Assert.True(code == 0, error);
        var model = JsonSerializer.Deserialize(output, UpJson.Default.ControlReply)!.Parts.Single(p => p.Name == part);
        return (model.State, model.Pid);
    }
}
