using System.Runtime.CompilerServices;
using Lorica.Cli.Output;

namespace Lorica.Cli.Rest;

/// <summary>Answers without end, line by line.</summary>
internal sealed partial class CenterClient
{
    /// <summary>Longest line: an event is far shorter.</summary>
    private const int MaximumLine = 256 * 1024;

    private async IAsyncEnumerable<string> LinesAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var limit = Limit(Patience, ct);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token, ct);
        await ThrowIfRefusedAsync(request, response, limit.Token);
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var rest = new List<byte>();
        byte[] buffer = new byte[32 * 1024];
        while (await ReadAsync(stream, buffer, ct) is var read and > 0)
        {
            rest.AddRange(buffer.AsSpan(0, read));
            int end;
            int from = 0;
            while ((end = rest.IndexOf((byte)'\n', from)) >= 0)
            {
                yield return System.Text.Encoding.UTF8.GetString([.. rest.Skip(from).Take(end - from)]);
                from = end + 1;
            }
            rest.RemoveRange(0, from);
            if (rest.Count > MaximumLine)
                throw TooLarge();
        }
        if (rest.Count > 0)
            throw new CliException(ExitCode.Unreachable, "The center broke off in the middle of a line.", RunningHint);
    }

    private static async Task<int> ReadAsync(Stream stream, byte[] buffer, CancellationToken ct)
    {
        try
        {
            return await stream.ReadAsync(buffer, ct);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new CliException(ExitCode.Unreachable, "The center broke off in the middle of its answer.", RunningHint, e);
        }
    }
}
