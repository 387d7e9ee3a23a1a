using System.Net.Sockets;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Platform.Sockets;
using Lorica.Vmx.Tests.Hosting;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Tests;

/// <summary>Descriptors and secrets that come to a machine that runs: the message of the start, over the control
/// socket.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private static readonly byte[] Key = [.. Enumerable.Range(7, 64).Select(i => (byte)i)];

    private readonly List<IDisposable> _open = [];
    private readonly HashSet<string> _pipes = [];
    private TestHost _host = null!;
    private VmxInstance _vmx = null!;
    private SafeFileHandle _first = null!, _second = null!;

    public async ValueTask InitializeAsync()
    {
        VmxProgram.SkipWithoutQemu();
        _host = new TestHost();
        string disk = Path.Combine(_host.Folder, "disk");
        await File.WriteAllBytesAsync(disk, new byte[1 << 20]);
        _host.AddDisk(disk, Key);
        _first = NewFile("first");
        _second = NewFile("second");
        _vmx = _host.Start();
        await _vmx.WaitForAsync("running");
    }

    public async ValueTask DisposeAsync()
    {
        _open.ForEach(o => o.Dispose());
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Fact]
    public async Task What_is_delivered_is_held_by_its_names_and_numbers_until_the_next_delivery()
    {
        var reply = await DeliverAsync([("virtio0:1/0", 64), ("virtio0:0/1", 32)], [.. Key, .. Key.AsSpan(0, 32)], _first,
            _second);
        Assert.Null(reply.Fault);
        Assert.Equal(["virtio0:0/1", "virtio0:1/0"], reply.Status.HeldSecrets);
        var numbers = reply.Delivered.Numbers.ToArray();
        Assert.Equal([Name("first"), Name("second")], numbers.Select(FileOf));

        // The pipe of the secrets was read, and is open nowhere.
        Assert.DoesNotContain(Files(), _pipes.Contains);

        // The next takes its place whole.
        reply = await DeliverAsync([("virtio0:2/0", 64)], Key, _second);
        Assert.Equal(["virtio0:2/0"], reply.Status.HeldSecrets);
        Assert.Equal(Name("second"), FileOf(Assert.Single(reply.Delivered.Numbers)));
        Assert.DoesNotContain(Name("first"), Files());

        // One of nothing lets go of it.
        reply = await DeliverAsync([], null);
        Assert.Empty(reply.Status.HeldSecrets);
        Assert.Empty(reply.Delivered.Numbers);
        Assert.DoesNotContain(Name("second"), Files());
        await _vmx.PowerOffAsync(hard: true);
        await _vmx.CollectAsync();
    }

    [Fact]
    public async Task A_delivery_that_is_not_right_is_refused_and_changes_nothing()
    {
        var held = await DeliverAsync([("virtio0:1/0", 64)], Key, _first);
        int number = Assert.Single(held.Delivered.Numbers);
        int open = Files().Length;
        (string What, Func<Task<VmxReply>> Try)[] wrong =
        [
            ("no descriptor", () => SayAsync(Message(1, ("virtio0:2/0", 64)), null)),
            ("a descriptor for the pipe only", () => SayAsync(Message(1, ("virtio0:2/0", 64)), Key)),
            ("one descriptor too many", () => SayAsync(Message(0, ("virtio0:2/0", 64)), Key, _second)),
            ("a negative count", () => SayAsync(Message(-1, ("virtio0:2/0", 64)), null)),
            ("the key cut", () => SayAsync(Message(1, ("virtio0:2/0", 64)), Key[..63], _second)),
            ("the second key cut", () => SayAsync(Message(1, ("virtio0:2/0", 64), ("virtio0:3/0", 64)), Key, _second)),
            ("more than the keys", () => SayAsync(Message(1, ("virtio0:2/0", 63)), Key, _second)),
            ("a key of no size", () => SayAsync(Message(1, ("virtio0:2/0", 0)), Key, _second)),
            ("a key too long", () => SayAsync(Message(1, ("virtio0:2/0", 257)), new byte[257], _second)),
            ("one name twice", () => SayAsync(Message(1, ("virtio0:2/0", 32), ("virtio0:2/0", 32)), Key, _second)),
            ("no name", () => SayAsync(Message(1, ("", 64)), Key, _second)),
            ("a name of no link", () => SayAsync(Message(1, ("virtio0:2", 64)), Key, _second)),
            ("a link that is no number", () => SayAsync(Message(1, ("virtio0:2/00", 64)), Key, _second)),
            ("a label that is none", () => SayAsync(Message(1, ("../x/0", 64)), Key, _second)),
            ("a name in use", () => SayAsync(Message(1, ("virtio0:0/0", 64)), Key, _second)),
            ("too many secrets", () => SayAsync(
                Message(0, [.. Enumerable.Range(0, 257).Select(i => ($"d{i}/0", 1))]), new byte[257])),
            ("a file for a pipe", () => SayAsync(Message(0, ("virtio0:2/0", 64)), null, _second)),
            ("a pipe that stays open", () => SayAsync(Message(0, ("virtio0:2/0", 64)), Key, isClosed: false)),
        ];
        foreach (var (what, attempt) in wrong)
        {
            var reply = await attempt();
            Assert.True("lorica.deliveryRefused" == reply.Fault?.Key, $"{what}: {reply.Fault?.Key} {reply.Fault?.Message}");
            Assert.Null(reply.Delivered);
            Assert.Equal(["virtio0:1/0"], reply.Status.HeldSecrets);
            Assert.Equal((Name("first"), open), (FileOf(number), Files().Length));
        }

        Assert.Equal("running", (await AskAsync(new VmxRequest { Status = new VmxStatusRequest() })).Status.Guest);
    }

    [Fact]
    public async Task Descriptors_beside_a_request_that_takes_none_end_their_connection_and_stay_nowhere()
    {
        int open = Files().Length;
        using var control = Connect();
        await control.SendAsync(
            new VmxRequest { Status = new VmxStatusRequest() }.ToByteArray(), [_first], TestContext.Current.CancellationToken);
        Assert.Null(await control.ReceiveAsync(1 << 20, TestContext.Current.CancellationToken));
        Assert.Null((await AskAsync(new VmxRequest { Status = new VmxStatusRequest() })).Fault);
        Assert.Equal(open, Files().Length);
    }

    [Fact]
    public async Task Nothing_is_delivered_to_a_guest_that_has_ended()
    {
        await _vmx.PowerOffAsync(hard: true);
        using (var client = _vmx.Connect())
        {
            VmxStatus status = new();
            while (status.Guest != "ended")
            {
                status = (await client.AskAsync(
                    new VmxRequest { Wait = new VmxWait { Seen = status.Version, WaitMs = 5000 } })).Status;
            }
        }

        var reply = await DeliverAsync([("virtio0:1/0", 64)], Key, _first);
        Assert.Equal("lorica.guestNotUp", reply.Fault.Key);
        Assert.DoesNotContain(Name("first"), Files());
        await _vmx.CollectAsync();
    }

    private static VmxDelivery Message(int descriptors, params (string Name, int Length)[] secrets) => new()
    {
        Descriptors = descriptors,
        Secrets = { secrets.Select(s => new VmxSecret { Name = s.Name, Length = s.Length }) },
    };

    private Task<VmxReply> DeliverAsync((string Name, int Length)[] secrets, byte[]? bytes,
        params SafeFileHandle[] descriptors) =>
        SayAsync(Message(descriptors.Length, secrets), bytes, descriptors);

    private Task<VmxReply> SayAsync(VmxDelivery message, byte[]? secrets, params SafeFileHandle[] descriptors) =>
        SayAsync(message, secrets, isClosed: true, descriptors);

    private async Task<VmxReply> SayAsync(
        VmxDelivery message, byte[]? secrets, bool isClosed, params SafeFileHandle[] descriptors)
    {
        using var pipe = secrets is null ? null : new SecretPipe(secrets, isClosed);
        if (pipe is not null)
            _pipes.Add(LinkOf($"/proc/self/fd/{pipe.Reading.DangerousGetHandle()}")!);
        return await AskAsync(
            new VmxRequest { Delivery = message }, [.. descriptors, .. pipe is null ? [] : new[] { pipe.Reading }]);
    }

    private async Task<VmxReply> AskAsync(VmxRequest request, params SafeHandle[] descriptors)
    {
        using var control = Connect();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await control.SendAsync(request.ToByteArray(), descriptors, limit.Token);
        using var answer = await control.ReceiveAsync(1 << 20, limit.Token);
        return VmxReply.Parser.ParseFrom(answer!.Message);
    }

    private FrameSocket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_host.ControlPath));
        return new FrameSocket(socket);
    }

    private string Name(string file) => Path.Combine(_host.Folder, file);

    private SafeFileHandle NewFile(string name)
    {
        var handle = File.OpenHandle(Name(name), FileMode.CreateNew, FileAccess.ReadWrite);
        _open.Add(handle);
        return handle;
    }

    private string? FileOf(int number) => LinkOf($"/proc/{_vmx.Process.Id}/fd/{number}");

    /// <summary>What the vmx has open of what it was ever given.</summary>
    private string[] Files() =>
    [
        .. Directory.GetFiles($"/proc/{_vmx.Process.Id}/fd").Select(f => LinkOf(f)).OfType<string>()
            .Where(l => l.StartsWith(_host.Folder, StringComparison.Ordinal) || _pipes.Contains(l)),
    ];

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return null;
        }
    }
}
