using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>A client of server-sent events.</summary>
internal sealed class Sse : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private Sse(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _reader = new StreamReader(stream);
    }

    /// <summary>The id of the last item.</summary>
    public string? LastId { get; private set; }

    public static async Task<Sse> OpenAsync(HttpClient http, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new Sse(response, await response.Content.ReadAsStreamAsync());
    }

    public async Task<T> NextAsync<T>(JsonTypeInfo<T> type)
    {
        while (true)
        {
            string line = await _reader.ReadLineAsync().WaitAsync(Patience)
                ?? throw new InvalidOperationException("The stream ended.");
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                LastId = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonSerializer.Deserialize(line[6..], type)!;
            }
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}
