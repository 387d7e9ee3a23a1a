using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>
/// Serves <c>STATE/up.sock</c>: one request line and one reply line per connection. Only the owner of the state reaches it.
/// </summary>
internal sealed class ControlServer(Socket listening, IReadOnlyList<Part> parts)
{
    private const int MaximumLine = 4096;

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var connection = await listening.AcceptAsync(ct);
            _ = Task.Run(() => ServeAsync(connection, ct), CancellationToken.None);
        }
    }

    private async Task ServeAsync(Socket connection, CancellationToken ct)
    {
        using (connection)
        {
            try
            {
                var reply = await AnswerAsync(await ReadLineAsync(connection, ct), ct);
                byte[] line = JsonSerializer.SerializeToUtf8Bytes(reply, UpJson.Default.ControlReply);
                await connection.SendAsync(line, SocketFlags.None, ct);
                await connection.SendAsync("\n"u8.ToArray(), SocketFlags.None, ct);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // Whoever asked is gone, or everything stops.
            }
        }
    }

    private async Task<ControlReply> AnswerAsync(string line, CancellationToken ct)
    {
        ControlRequest? request = null;
        try
        {
            request = JsonSerializer.Deserialize(line, UpJson.Default.ControlRequest);
        }
        catch (JsonException)
        {
            // Told below.
        }
        var part = parts.FirstOrDefault(p => p.Name == request?.Part);
        if (request is null || (part is null && request.Command != "status"))
            return Reply("There is no such request.");
        try
        {
            switch (request.Command)
            {
                case "status":
                    break;
                case "start":
                    await part!.StartAsync(ct);
                    break;
                case "stop":
                    await part!.StopAsync(ct);
                    break;
                case "restart":
                    await part!.StopAsync(ct);
                    await part.StartAsync(ct);
                    break;
                default:
                    return Reply("There is no such request.");
            }
            return Reply(error: null);
        }
        catch (CliException e)
        {
            return Reply(e.Message);
        }
    }

    private ControlReply Reply(string? error) => new(error, [.. parts.Select(p => new PartModel(p.Name, p.State, p.Pid))]);

    private static async Task<string> ReadLineAsync(Socket connection, CancellationToken ct)
    {
        byte[] buffer = new byte[MaximumLine];
        for (int filled = 0; filled < buffer.Length;)
        {
            int read = await connection.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, ct);
            if (read == 0)
                return "";
            filled += read;
            int end = Array.IndexOf(buffer, (byte)'\n', 0, filled);
            if (end >= 0)
                return Encoding.UTF8.GetString(buffer, 0, end);
        }
        return "";
    }
}
