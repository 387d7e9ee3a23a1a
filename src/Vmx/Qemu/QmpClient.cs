using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text.Json;
using Lorica.Nbd;

namespace Lorica.Vmx.Qemu;

/// <summary>
/// QEMU's control protocol: one JSON object per line both ways. QEMU may have been taken over by its guest, so a line is bounded
/// and nothing it says is trusted beyond "this machine is in that state".
/// </summary>
internal sealed class QmpClient : IAsyncDisposable
{
    private const int MaximumLine = 1 << 20;
    private const int MaximumText = 512;

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly Action<QmpEvent> _onEvent;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Dictionary<int, TaskCompletionSource<string>> _open = [];
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastId;

    private QmpClient(Socket socket, Action<QmpEvent> onEvent)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _onEvent = onEvent;
        ServerPid = PeerCredentials.Of(socket).Pid;
        Closed = ReadAsync();
    }

    /// <summary>The process that listened on the socket when it was made: QEMU.</summary>
    public int ServerPid { get; }

    /// <summary>Completes (without error) when the connection has ended.</summary>
    public Task Closed { get; }

    /// <summary>Connects and negotiates. Only one client at a time gets a greeting.</summary>
    public static async Task<QmpClient> ConnectAsync(string path, Action<QmpEvent> onEvent, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new VmxException(VmxErrorKind.Qmp, $"QEMU does not listen on {path}.", e);
        }

        var client = new QmpClient(socket, onEvent);
        try
        {
            await client._greeted.Task.WaitAsync(ct);
            await client.ExecuteAsync("qmp_capabilities", ct);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command without arguments. The answer's member <c>status</c>, or empty.</summary>
    public async Task<string> ExecuteAsync(string command, CancellationToken ct)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        int id = Interlocked.Increment(ref _lastId);
        lock (_open)
            _open.Add(id, answer);
        try
        {
            if (Closed.IsCompleted)
                throw new VmxException(VmxErrorKind.Qmp, "QEMU's control connection is closed.");
            await SendAsync(command, id, ct);
            return await answer.Task.WaitAsync(ct);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new VmxException(VmxErrorKind.Qmp, "QEMU's control connection failed.", e);
        }
        finally
        {
            lock (_open)
                _open.Remove(id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await Closed;
    }

    private async Task SendAsync(string command, int id, CancellationToken ct)
    {
        var line = new ArrayBufferWriter<byte>(64);
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("execute", command);
            json.WriteNumber("id", id);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        await _writing.WaitAsync(ct);
        try
        {
            await _stream.WriteAsync(line.WrittenMemory, ct);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        // Not in the constructor's caller's time.
        await Task.Yield();
        var reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync();
                var buffer = result.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    Take(buffer.Slice(0, end));
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                if (buffer.Length > MaximumLine)
                    return;
                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or JsonException or InvalidOperationException)
        {
            // Broken off, or no QMP: either way the connection is over.
        }
        finally
        {
            FailAll();
            _socket.Dispose();
        }
    }

    private void Take(ReadOnlySequence<byte> line)
    {
        using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 32 });
        var root = document.RootElement;
        if (root.TryGetProperty("event", out var name))
        {
            root.TryGetProperty("data", out var data);
            _onEvent(new QmpEvent(Text(name), Member(data, "reason"), Member(data, "action"), Member(data, "node-name")));
            return;
        }

        if (root.TryGetProperty("QMP", out _))
        {
            _greeted.TrySetResult();
            return;
        }

        if (!root.TryGetProperty("id", out var idElement) || !idElement.TryGetInt32(out int id))
            return;
        TaskCompletionSource<string>? answer;
        lock (_open)
            _open.TryGetValue(id, out answer);
        if (root.TryGetProperty("error", out var error))
            answer?.TrySetException(new VmxException(VmxErrorKind.Qmp, "QEMU refused: " + Member(error, "desc")));
        else if (root.TryGetProperty("return", out var value))
            answer?.TrySetResult(Member(value, "status"));
    }

    private void FailAll()
    {
        var closed = new VmxException(VmxErrorKind.Qmp, "QEMU's control connection is closed.");
        _greeted.TrySetException(closed);
        TaskCompletionSource<string>[] open;
        lock (_open)
            open = [.. _open.Values];
        foreach (var answer in open)
            answer.TrySetException(closed);
    }

    private static string Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? Text(value) : "";

    private static string Text(JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
        return text.Length > MaximumText ? text[..MaximumText] : text;
    }
}
