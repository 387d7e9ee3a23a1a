using System.Net.Sockets;
using Lorica.Disks;

namespace Lorica.Nbd.Tests.Serving;

/// <summary>A server with its exports on a socket of its own; ends with the test.</summary>
public sealed class ServedDevice : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listening;
    private readonly Task _running;
    private readonly TestFolder _folder = new();

    private ServedDevice(NbdServerOptions options, IReadOnlyList<NbdExport> exports)
    {
        Path = _folder.Path("s");
        _listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listening.Bind(new UnixDomainSocketEndPoint(Path));
        _listening.Listen(64);
        Exports = exports;
        Server = new NbdServer(options with { OnConnectionError = e => Errors.Enqueue(e) }, exports);
        _running = Server.RunAsync(_listening, _stop.Token);
    }

    public string Path { get; }

    public string Uri => $"nbd+unix:///?socket={Path}";

    public NbdServer Server { get; }

    public IReadOnlyList<NbdExport> Exports { get; }

    /// <summary>Why connections ended, other than by the client's wish.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<NbdException> Errors { get; } = new();

    public static ServedDevice Start(IBlockDevice device, bool readOnly = false, NbdServerOptions? options = null) =>
        Start(options, new NbdExport("disk", device, readOnly));

    public static ServedDevice Start(NbdServerOptions? options, params NbdExport[] exports) =>
        new(options ?? new NbdServerOptions { PeerFilter = _ => true }, exports);

    /// <summary>Ends the server as a stop of the process would; throws what it threw.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Stops, then the one reason for which a connection ended badly.</summary>
    public async Task<NbdException> SingleErrorAsync()
    {
        await StopAsync();
        return Assert.Single(Errors);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _listening.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }
}
