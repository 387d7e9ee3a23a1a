using System.Net.Sockets;
using System.Text;
using Lorica.Nbd.Buffers;
using Lorica.Nbd.Sessions;

namespace Lorica.Nbd;

/// <summary>
/// Serves devices over NBD (fixed newstyle handshake, simple and structured replies, block status) to peers of a Unix socket that
/// the filter accepts. Start here: make one with its exports, call <see cref="RunAsync"/> with a listening socket.
/// </summary>
/// <remarks>
/// Requests of one connection run concurrently and may be answered in any order. A reply to FLUSH, or to a request with FUA,
/// means that the device said so. Nothing that was acknowledged is kept in this process: when it dies, the client connects anew
/// and sends again what had no answer. In steady state a request allocates nothing.
/// </remarks>
public sealed class NbdServer
{
    private const int MaximumFailures = 100;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(50);
    private readonly NbdServerOptions _options;
    private readonly IReadOnlyList<NbdExport> _exports;
    private readonly ArenaPool _pool = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<NbdSession, TaskCompletionSource> _sessions = [];

    /// <summary>Checks the exports' names: distinct, none too long; sizes are multiples of 512.</summary>
    public NbdServer(NbdServerOptions options, IReadOnlyList<NbdExport> exports)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(exports);
        if (exports.Select(e => e.Name).Distinct(StringComparer.Ordinal).Count() != exports.Count)
            throw new NbdException(NbdErrorKind.Misuse, "Two exports have the same name.");
        foreach (var export in exports)
        {
            if (Encoding.UTF8.GetByteCount(export.Name) > NbdExport.MaximumNameBytes)
                throw new NbdException(NbdErrorKind.Misuse, "The name of an export is too long.");
            if (export.Device.Length % 512 != 0)
                throw new NbdException(NbdErrorKind.Misuse, $"The size of export '{export.Name}' is not a multiple of 512.");
        }

        _options = options;
        _exports = exports;
    }

    /// <summary>Connections at this moment.</summary>
    public int Connections
    {
        get
        {
            lock (_gate)
                return _sessions.Count;
        }
    }

    /// <summary>
    /// Accepts connections until <paramref name="ct"/>, then answers what is under way (for at most <see
    /// cref="NbdServerOptions.StopTimeout"/>), closes every connection and returns. The listening socket stays the caller's and
    /// open: clients that connect meanwhile wait for the next server on it. An accept that fails is tried again after a moment.
    /// </summary>
    /// <exception cref="SocketException">The socket cannot be listened on, after a hundred tries.</exception>
    public async Task RunAsync(Socket listening, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(listening);
        using var devices = new CancellationTokenSource();
        try
        {
            int failures = 0;
            while (true)
            {
                try
                {
                    Admit(await listening.AcceptAsync(ct), devices.Token);
                    failures = 0;
                }
                catch (SocketException e) when (++failures < MaximumFailures)
                {
                    _options.OnConnectionError?.Invoke(new NbdException(
                        NbdErrorKind.Transport, $"A connection was not accepted: {e.Message}", inner: e));
                    await Task.Delay(AcceptPause, _options.Time, ct);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            await StopSessionsAsync(devices);
        }
    }

    private void Admit(Socket socket, CancellationToken devices)
    {
        try
        {
            // Before any byte: who is it?
            var peer = PeerCredentials.Of(socket);
            if (!_options.PeerFilter(peer))
            {
                throw new NbdException(
                    NbdErrorKind.PeerRefused, $"A process of uid {peer.Uid} (pid {peer.Pid}) may not connect.");
            }

            if (Connections >= _options.MaximumConnections)
                throw new NbdException(NbdErrorKind.TooLarge, $"More than {_options.MaximumConnections} connections.");
            socket.Blocking = true;
            socket.SendBufferSize = 4 * ArenaPool.Standard;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return;
        }
        catch (NbdException e)
        {
            socket.Dispose();
            _options.OnConnectionError?.Invoke(e);
            return;
        }

        var session = new NbdSession(socket, _exports, _options, _pool, devices);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _sessions.Add(session, ended);
        var thread = new Thread(() => Run(session, ended)) { IsBackground = true, Name = "nbd" };
        thread.Start();
    }

    private void Run(NbdSession session, TaskCompletionSource ended)
    {
        try
        {
            session.Run();
        }
        catch (NbdException e)
        {
            _options.OnConnectionError?.Invoke(e);
        }
        finally
        {
            bool last;
            lock (_gate)
            {
                _sessions.Remove(session);
                last = _sessions.Count == 0;
            }

            if (last)
                _pool.Clear();
            ended.SetResult();
        }
    }

    private async Task StopSessionsAsync(CancellationTokenSource devices)
    {
        Task all;
        lock (_gate)
        {
            foreach (var session in _sessions.Keys)
                session.Stop();
            all = Task.WhenAll(_sessions.Values.Select(e => e.Task));
        }

        try
        {
            await all.WaitAsync(_options.StopTimeout, _options.Time);
        }
        catch (TimeoutException)
        {
            await devices.CancelAsync();
            lock (_gate)
            {
                foreach (var session in _sessions.Keys)
                    session.Abort();
            }

            // Devices hold the sessions' memory, so there is nothing but to wait for them.
            await all;
        }
    }
}
