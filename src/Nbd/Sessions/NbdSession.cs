using System.Net.Sockets;
using Lorica.Nbd.Buffers;
using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Sessions;

/// <summary>
/// One connection, driven by one thread of its own: it receives, parses, runs what the device completes at once, and answers in
/// batches. What a device completes later is answered by the thread that completes it.
/// <code>
/// accepted ──peer refused, no byte sent──────────────────────────────► closed
///    │ greeting
///    ▼
/// options ──ABORT · broken bytes · time-out · server stops───────────► closed
///    │ GO, EXPORT_NAME
///    ▼
/// transmission ──DISC · end of stream · broken bytes · server stops──► draining ──nothing under way──► closed
/// </code>
/// Draining still answers what is under way. A connection that failed while sending answers nothing more but waits all the same,
/// since devices hold its memory.
/// </summary>
/// <remarks>
/// Why a thread and blocking calls: a disk of a guest is one connection with many requests under way, for which a wake-up through
/// poll and thread pool costs more than all else that is done for a small request.
/// </remarks>
internal sealed partial class NbdSession
{
    private readonly Socket _socket;
    private readonly IReadOnlyList<NbdExport> _exports;
    private readonly NbdServerOptions _options;
    private readonly ArenaPool _pool;
    private readonly CancellationToken _deviceCancellation;
    private NegotiatedExport _negotiated;
    private volatile bool _stopping;

    public NbdSession(
        Socket socket, IReadOnlyList<NbdExport> exports, NbdServerOptions options, ArenaPool pool,
        CancellationToken deviceCancellation)
    {
        _socket = socket;
        _exports = exports;
        _options = options;
        _pool = pool;
        _deviceCancellation = deviceCancellation;
        _in = pool.Rent(ArenaPool.Standard);
        _out = pool.Rent(ArenaPool.Standard);
    }

    /// <summary>Runs the connection to its end. Throws nothing but <see cref="NbdException"/>.</summary>
    public void Run()
    {
        try
        {
            if (Negotiate())
                Transmit();
        }
        catch (SocketException e)
        {
            throw new NbdException(NbdErrorKind.Transport, "The connection failed.", inner: e);
        }
        catch (ObjectDisposedException e)
        {
            throw new NbdException(NbdErrorKind.Transport, "The connection was closed.", inner: e);
        }
        finally
        {
            Drain();
            Close();
        }
    }

    /// <summary>From another thread: no new requests; those under way are still answered.</summary>
    public void Stop()
    {
        _stopping = true;
        Shutdown(SocketShutdown.Receive);
    }

    /// <summary>From another thread: nothing more is sent either.</summary>
    public void Abort()
    {
        _stopping = true;
        Shutdown(SocketShutdown.Both);
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (SocketException)
        {
            // The peer was quicker.
        }
        catch (ObjectDisposedException)
        {
            // So was the session.
        }
    }

    private void Close()
    {
        _socket.Dispose();

        // What the guest read and wrote last must not stay behind.
        _in.Clear();
        _out.Clear();
        _in.Release();
        _out.Release();
    }
}
