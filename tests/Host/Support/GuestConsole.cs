using System.Text;
using Grpc.Core;
using Lorica.Contracts.Host;

namespace Lorica.Host.Tests.Support;

/// <summary>Reads a guest's console from where the last reading stopped, and types commands.</summary>
internal sealed class GuestConsole(TestHost host, string vmId)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private long _offset;

    public StringBuilder Text { get; } = new();

    /// <summary>Reads until a line holds the text; gives that line.</summary>
    public async Task<string> UntilAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        var pending = new StringBuilder();
        using var call = host.Client.ReadConsole(
            new ReadConsoleRequest { VmId = vmId, FromOffset = _offset, Follow = true }, cancellationToken: limit.Token);
        try
        {
            await foreach (var chunk in call.ResponseStream.ReadAllAsync(limit.Token))
            {
                foreach (byte b in chunk.Data.Span)
                {
                    _offset++;
                    if (b != '\n')
                    {
                        pending.Append((char)b);
                        continue;
                    }

                    string line = pending.ToString().TrimEnd('\r');
                    pending.Clear();
                    Text.AppendLine(line);
                    if (line.Contains(text, StringComparison.Ordinal))
                        return line;
                }
            }
        }
        catch (RpcException e) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"'{text}' did not come. The console:\n{Text}{pending}", e);
        }

        throw new InvalidOperationException($"The console ended before '{text}':\n{Text}{pending}");
    }

    public async Task TypeAsync(string command) =>
        await host.Client.WriteConsoleAsync(
            new WriteConsoleRequest { VmId = vmId, Data = Google.Protobuf.ByteString.CopyFromUtf8(command + "\n") });

    /// <summary>Types a command and waits for its answer.</summary>
    public async Task<string> AskAsync(string command, string answer)
    {
        await TypeAsync(command);
        return await UntilAsync(answer);
    }
}
