using System.Globalization;
using System.Net.Http.Headers;

namespace Lorica.Cli.Rest;

/// <summary>Serial consoles: bytes both ways.</summary>
internal sealed partial class CenterClient
{
    /// <summary>
    /// Opens a console's log from a byte offset; with <paramref name="follow"/> the stream goes on as the guest writes.
    /// </summary>
    public async Task<ConsoleLog> OpenConsoleAsync(string vm, long from, bool follow, CancellationToken ct)
    {
        string path = string.Create(
            CultureInfo.InvariantCulture, $"{Vm(vm)}/console?from={from}&follow={(follow ? "true" : "false")}");
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        HttpResponseMessage response;
        using (var limit = Limit(Patience, ct))
        {
            response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token, ct);
            await ThrowIfRefusedAsync(request, response, limit.Token);
        }
        long offset = response.Headers.TryGetValues("Lorica-Console-Offset", out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out long told) ? told : from;
        return new ConsoleLog(request, response, offset);
    }

    /// <summary>Types <paramref name="bytes"/> into the guest's serial port.</summary>
    public async Task WriteConsoleAsync(string vm, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        using var limit = Limit(Patience, ct);
        using var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var request = new HttpRequestMessage(HttpMethod.Post, Vm(vm) + "/console") { Content = content };
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, limit.Token, ct);
        await ThrowIfRefusedAsync(request, response, limit.Token);
    }
}
