using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Lorica.Platform.Processes;
using Lorica.SystemTests.Model;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>Hosts, installed by hand, join with real processes on both sides.</summary>
public sealed class JoiningTests(ITestOutputHelper output)
{
    private const string Encryption = "VM Encryption Policy";

    private static readonly int[] Moments = [150, 350, 550];

    [Fact]
    public async Task A_host_joins_by_its_token_and_has_an_encrypted_vm_and_a_wrong_token_leaves_nothing()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        string folder = Path.Combine(up.State, "node2");
        string config = Configure(up, "node2", 900_000);
        string pins = await File.ReadAllTextAsync(PinsOf(up));

        using var join = Start("join", config);
        string address = (await LineAsync(join, "lorica-host waits on ")).Split(' ')[0];
        string certificate = await LineAsync(join, "certificate ");
        string token = await LineAsync(join, "token ");
        string wrong = (token[0] == '7' ? '6' : '7') + token[1..];
        Assert.Equal(26, token.Replace("-", "", StringComparison.Ordinal).Length);

        var refused = await up.RunAsync(["host", "add", address], wrong + "\n");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("lorica.joinToken", refused.Error, StringComparison.Ordinal);
        Assert.Contains("node2", refused.Error, StringComparison.Ordinal);
        Assert.Single((await up.JsonAsync("host", "ls"))["items"]!.AsArray());
        Assert.Equal(pins, await File.ReadAllTextAsync(PinsOf(up)));
        Assert.False(Directory.Exists(Path.Combine(folder, "state/joined")));

        var added = await up.RunAsync(["host", "add", address], token + "\n");
        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Contains(certificate, added.Error + added.Output, StringComparison.Ordinal);
        await LineAsync(join, "lorica-host joined as ");
        await join.WaitForExitAsync();
        Assert.Equal(0, join.ExitCode);

        using var run = Start("run", config);
        await LineAsync(run, "lorica-host ready on ");
        await Wait.UntilAsync(
            async () => Text((await up.JsonAsync("host", "show", "node2"))["state"]) == "connected", "it is connected");
        await up.JsonAsync("vm", "create", "a", "--size", "1M", "--policy", Encryption, "--host", "node2");
        var vm = await up.ShowAsync("a");
        Assert.Equal(("node2", "unlocked"), (Text(vm["host"]), Text(vm["cryptoState"])));
        var held = (await up.JsonAsync("host", "show", "node2"))["keys"]!.AsArray().Select(k => Text(k!["id"]));
        Assert.Contains(Text(vm["key"]!["id"]), held);

        await EndAsync(run, config);

        // The address is there to be found, the token is not: neither as it is typed nor as its bytes.
        Assert.Contains(Find(up, Encoding.ASCII.GetBytes(address)), f => f.Contains("/center/", StringComparison.Ordinal));
        string bare = token.Replace("-", "", StringComparison.Ordinal);
        string[] texts = [token, bare, token.ToLowerInvariant(), bare.ToLowerInvariant()];
        Assert.Empty(Find(up, [.. texts.Select(Encoding.ASCII.GetBytes), Bytes(bare)]));
        string log = up.Log() + await join.StandardError.ReadToEndAsync() + await run.StandardError.ReadToEndAsync();
        Assert.Contains("node2", log, StringComparison.Ordinal);
        Assert.All(texts, t => Assert.DoesNotContain(t, log, StringComparison.Ordinal));
    }

    /// <summary>
    /// Each time the host has joined and connects when it is started, or it has not and the same token is good for the next
    /// attempt.
    /// </summary>
    [Fact]
    public async Task A_center_that_is_killed_in_the_middle_of_a_join_leaves_a_host_that_has_joined_or_can_be_added_again()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        using var api = await CenterApi.SignInAsync(up);
        var (answered, joined, again) = (0, 0, 0);
        for (int moment = 0; moment < Moments.Length; moment++)
        {
            string name = $"node{moment + 2}";
            string config = Configure(up, name, 900_000 + (moment * 65_536));
            using var join = Start("join", config);
            string address = (await LineAsync(join, "lorica-host waits on ")).Split(' ')[0];
            string certificate = await LineAsync(join, "certificate ");
            string token = await LineAsync(join, "token ");

            using var center = Process.GetProcessById(await up.PidAsync("center"));
            var adding = api.SendAsync(HttpMethod.Post, "hosts",
                new JsonObject { ["address"] = address, ["token"] = token, ["certificateSha256"] = certificate });
            await Task.Delay(Moments[moment]);
            center.Kill();
            answered += (await adding).Accepted ? 1 : 0;
            await up.ControlAsync("restart", "center");

            if (join.HasExited)
            {
                joined++;
            }
            else
            {
                again++;
                var added = await up.RunAsync(["host", "add", address], token + "\n");
                Assert.True(added.ExitCode == 0, added.Error + added.Output);
            }

            await LineAsync(join, "lorica-host joined as ");
            await join.WaitForExitAsync();
            using var run = Start("run", config);
            await LineAsync(run, "lorica-host ready on ");
            await Wait.UntilAsync(
                async () => Text((await up.JsonAsync("host", "show", name))["state"]) == "connected", $"{name} is connected");
            await up.JsonAsync("vm", "create", $"on-{name}", "--size", "1M", "--policy", Encryption, "--host", name);
            Assert.Equal("unlocked", Text((await up.ShowAsync($"on-{name}"))["cryptoState"]));
            Assert.Single((await up.JsonAsync("host", "ls"))["items"]!.AsArray(), h => Text(h!["name"]) == name);
            await EndAsync(run, config);
        }

        output.WriteLine(
            $"{Moments.Length} kills: {joined} hosts had joined ({answered} with an answer), {again} were added again");
    }

    private static async Task EndAsync(Process run, string config)
    {
        Signals.Send(run.Id, Signals.Terminate);
        await run.WaitForExitAsync();
        Directory.Delete(Text(JsonNode.Parse(await File.ReadAllTextAsync(config))!["runFolder"]), recursive: true);
    }

    /// <summary>As the first host, without an identity, beside it.</summary>
    private static string Configure(LoricaUp up, string name, int uidBase)
    {
        string folder = Path.Combine(up.State, name);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(up.State, "host/config.json")))!.AsObject();
        foreach (string given in (string[])["id", "certificate", "key", "ca", "centerPin"])
            Assert.True(config.Remove(given));
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        (config["name"], config["listen"]) = (name, free.LocalEndpoint.ToString());
        (config["stateFolder"], config["runFolder"]) = (Path.Combine(folder, "state"), Text(config["runFolder"]) + "." + name);
        config["uidBase"] = uidBase;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string file = Path.Combine(folder, "config.json");
        File.WriteAllText(file, config.ToJsonString());
        return file;
    }

    private static Process Start(string command, string config) => Process.Start(
        new ProcessStartInfo(Layout.Program("host/lorica-host"),
            [command, "--config", config])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>What follows <paramref name="begin"/> on the line that begins so.</summary>
    private static async Task<string> LineAsync(Process process, string begin)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(begin, StringComparison.Ordinal))
                return line[begin.Length..];
        }

        throw new InvalidOperationException($"lorica-host ended before it said \"{begin}\".");
    }

    /// <summary>
    /// Files and command lines with one of the patterns in them: database, write-ahead log, configurations, profile.
    /// </summary>
    private static List<string> Find(LoricaUp up, params byte[][] patterns)
    {
        bool Has(byte[] content) => Array.Exists(patterns, p => content.AsSpan().IndexOf(p) >= 0);

        // Sockets have no length.
        var found = Directory.EnumerateFiles(up.Folder, "*", SearchOption.AllDirectories)
            .Where(f => new FileInfo(f).Length > 0 && Has(File.ReadAllBytes(f))).ToList();
        found.AddRange(
            Processes.OfState(up.State).Where(p => Has(File.ReadAllBytes($"/proc/{p.Pid}/cmdline"))).Select(p => p.Name));
        return found;
    }

    /// <summary>The 16 bytes that the characters stand for.</summary>
    private static byte[] Bytes(string bare)
    {
        var value = bare.Aggregate(
            UInt128.Zero, (v, c) => (v << 5) | (uint)"0123456789ABCDEFGHJKMNPQRSTVWXYZ".IndexOf(c, StringComparison.Ordinal));
        byte[] bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return bytes;
    }

    private static string PinsOf(LoricaUp up) => Path.Combine(up.State, "broker/state/hosts.json");

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
