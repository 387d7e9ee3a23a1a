using System.Net.Sockets;

namespace Lorica.Vmx.Consoles;

/// <summary>
/// The connection to the guest's serial port: what comes goes into the ring, what is written goes to the guest.
/// </summary>
internal sealed class SerialLine(string path, ConsoleRing ring, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Socket? _socket;
    private volatile bool _ending;

    /// <summary>Completes at the first connection: from then on nothing that the guest writes is lost.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Connects, and connects again when the line breaks, until <paramref name="ct"/>.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        byte[] buffer = new byte[16 * 1024];
        while (!ct.IsCancellationRequested && !_ending)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
                _socket = socket;
                _connected.TrySetResult();
                int n;
                while ((n = await socket.ReceiveAsync(buffer, ct)) > 0)
                    ring.Append(buffer.AsSpan(0, n));
            }
            catch (SocketException)
            {
                // QEMU is not there yet, or no longer.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                _socket = null;
            }

            try
            {
                await Task.Delay(Retry, time, ct);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>QEMU is gone: what it left in the line is still read, then <see cref="RunAsync"/> returns.</summary>
    public void End() => _ending = true;

    /// <summary>False when there is no line or the guest does not take the bytes in time.</summary>
    public async Task<bool> WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(WriteLimit);
        try
        {
            await _writing.WaitAsync(limit.Token);
            try
            {
                if (_socket is not { } socket)
                    return false;
                while (data.Length > 0)
                    data = data[await socket.SendAsync(data, limit.Token)..];
                return true;
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _writing.Dispose();
}
