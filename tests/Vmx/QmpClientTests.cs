using System.Net.Sockets;
using System.Text;
using Lorica.Vmx.Qemu;

namespace Lorica.Vmx.Tests;

/// <summary>A QEMU made of a script, honest and otherwise.</summary>
public sealed class QmpClientTests
{
    private const string Greeting = "{\"QMP\":{\"version\":{}}}\n";
    private const string Ok = "{\"return\":{},\"id\":1}\n";

    [Fact]
    public async Task Answers_events_and_errors_arrive_where_they_belong()
    {
        var events = new List<QmpEvent>();
        await using var qemu = new ScriptedQemu(Greeting, Ok,
            "{\"timestamp\":{},\"event\":\"BLOCK_IO_ERROR\","
            + "\"data\":{\"node-name\":\"node0\",\"action\":\"stop\",\"reason\":\"gone\"}}\r\n"
            + "{\"return\":{\"status\":\"running\",\"running\":true},\"id\":2}\n",
            "{\"error\":{\"class\":\"GenericError\",\"desc\":\"no such thing\"},\"id\":3}\n");
        await using var client = await QmpClient.ConnectAsync(qemu.Path, events.Add, default);
        Assert.Equal(Environment.ProcessId, client.ServerPid);
        Assert.Equal("running", await client.ExecuteAsync("query-status", default));
        Assert.Equal(new QmpEvent("BLOCK_IO_ERROR", "gone", "stop", "node0"), Assert.Single(events));
        var e = await Assert.ThrowsAsync<VmxException>(() => client.ExecuteAsync("nonsense", default));
        Assert.Contains("no such thing", e.Message, StringComparison.Ordinal);
        Assert.Equal(["qmp_capabilities", "query-status", "nonsense"], qemu.Heard);
    }

    [Theory]
    [InlineData("nonsense\n")]
    [InlineData("[1,2]\n")]
    [InlineData("{\"QMP\":\n")]
    [InlineData("")]
    public async Task What_is_no_qmp_is_an_error_not_a_hang(string greeting)
    {
        await using var qemu = new ScriptedQemu(greeting);
        await Assert.ThrowsAsync<VmxException>(() => QmpClient.ConnectAsync(qemu.Path, _ => { }, default));
    }

    [Fact]
    public async Task An_endless_line_ends_the_connection()
    {
        await using var qemu = new ScriptedQemu(Greeting + new string('x', 3 << 20));
        var e = await Assert.ThrowsAsync<VmxException>(async () =>
        {
            await using var client = await QmpClient.ConnectAsync(qemu.Path, _ => { }, default);
        });
        Assert.Equal(VmxErrorKind.Qmp, e.Kind);
    }

    [Fact]
    public async Task Commands_under_way_fail_when_qemu_leaves()
    {
        await using var qemu = new ScriptedQemu(Greeting, Ok);
        await using var client = await QmpClient.ConnectAsync(qemu.Path, _ => { }, default);
        await Assert.ThrowsAsync<VmxException>(() => client.ExecuteAsync("quit", default));
        await client.Closed;
        await Assert.ThrowsAsync<VmxException>(() => client.ExecuteAsync("quit", default));
    }

    /// <summary>Says the first text at once and one more per command; leaves when it has no more to say.</summary>
    private sealed class ScriptedQemu : IAsyncDisposable
    {
        private readonly TestFolder _folder = new();
        private readonly Socket _listening = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly Task _running;

        public ScriptedQemu(params string[] texts)
        {
            _listening.Bind(new UnixDomainSocketEndPoint(Path));
            _listening.Listen();
            _running = RunAsync(texts);
        }

        public string Path => _folder.Path("qmp.sock");

        public List<string> Heard { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await _running;
            _listening.Dispose();
            _folder.Dispose();
        }

        private async Task RunAsync(string[] texts)
        {
            using var socket = await _listening.AcceptAsync();
            await using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream);
            try
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(texts[0]));
                foreach (string text in texts[1..])
                {
                    string? line = await reader.ReadLineAsync();
                    Heard.Add(System.Text.Json.JsonDocument.Parse(line!).RootElement.GetProperty("execute").GetString()!);
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
                }

                if (texts.Length > 1)
                    await reader.ReadLineAsync();
            }
            catch (IOException)
            {
                // The client would not listen.
            }
        }
    }
}
