using System.Net.Sockets;
using System.Text.Json;
using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>Asks the running <c>lorica up</c> of a state folder.</summary>
internal static class ControlClient
{
    public static async Task<ControlReply> AskAsync(UpPaths paths, ControlRequest request, CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(paths.ControlSocket), ct);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new CliException(
                ExitCode.Unreachable, $"No lorica up runs on {paths.State}.", $"lorica up --state {paths.State}", e);
        }
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(
            (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(request, UpJson.Default.ControlRequest), (byte)'\n'], ct);
        using var reader = new StreamReader(stream);
        string? line = await reader.ReadLineAsync(ct);
        var reply = line is null ? null : JsonSerializer.Deserialize(line, UpJson.Default.ControlReply);
        if (reply is null)
            throw new CliException(ExitCode.Unreachable, $"The lorica up of {paths.State} is stopping.");
        return reply.Error is null ? reply : throw new CliException(ExitCode.Other, reply.Error);
    }
}
