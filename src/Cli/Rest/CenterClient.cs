using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Cli.Output;
using Lorica.Cli.Profiles;
using Lorica.Contracts.Names;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>
/// The REST API of one center. Every failure comes out as <see cref="CliException"/>; answers that are shown are bounded in
/// size, so that no server makes this process grow.
/// <para>
/// What this process looked at it edits only as it was: the ETag of a GET goes with the next edit of the same object as If-Match,
/// so that nobody's change is overwritten while a person reads a fingerprint.
/// </para>
/// </summary>
internal sealed partial class CenterClient : IDisposable
{
    private const int MaximumAnswer = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http;
    private readonly Uri _base;
    private readonly Dictionary<string, EntityTagHeaderValue> _seen = new(StringComparer.Ordinal);

    public CenterClient(Profile profile)
    {
        _base = BaseOf(profile.Server);
        var handler = new SocketsHttpHandler
        {
            SslOptions = CenterTrust.Options(profile.CaPem),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = _base,
            Timeout = Timeout.InfiniteTimeSpan,
            // HTTP/2 lets the center refuse an upload while it is still being sent.
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (profile.Token is { Length: > 0 } token)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("lorica", ProductVersion.Text));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A segment of a path.</summary>
    public static string Escape(string segment) => SegmentText.Encode(segment);

    /// <summary>Base address of the API below a server's address.</summary>
    public static Uri BaseOf(string server)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new CliException(ExitCode.Usage, $"{server} is no address of a center.",
                "It looks like https://127.0.0.1:8443.");
        }
        return new Uri(uri, "/");
    }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct, TimeSpan? patience = null)
        => SendAsync(HttpMethod.Get, path, content: null, type, patience, ct);

    public Task<T> PostAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type,
        CancellationToken ct, TimeSpan? patience = null)
        => SendAsync(HttpMethod.Post, path, JsonBody(body, bodyType), type, patience, ct);

    /// <summary>DELETE; the task that does it, or null when it is done already.</summary>
    public async Task<TaskModel?> DeleteAsync(string path, CancellationToken ct)
    {
        using var limit = Limit(Patience, ct);
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        AsItWas(request, path.Split('?')[0]);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token, ct);
        await ThrowIfRefusedAsync(request, response, limit.Token);
        byte[] bytes = await ReadBoundedAsync(response.Content, limit.Token);
        return response.StatusCode == HttpStatusCode.Accepted ? Parse(bytes, RestJson.Default.TaskModel) : null;
    }

    /// <summary>
    /// Sends a body of any kind and reads a JSON answer; <paramref name="edited"/> is the path at
    /// which what it edits was looked at.
    /// </summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type,
        TimeSpan? patience, CancellationToken ct, string? edited = null)
    {
        using var limit = Limit(patience ?? Patience, ct);
        using var request = new HttpRequestMessage(method, path) { Content = content };
        AsItWas(request, edited);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token, ct);
        await ThrowIfRefusedAsync(request, response, limit.Token);
        if (edited is not null)
            _seen.Clear();
        else if (method == HttpMethod.Get && response.Headers.ETag is { } tag)
            _seen[path] = tag;
        return Parse(await ReadBoundedAsync(response.Content, limit.Token), type);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, HttpCompletionOption option, CancellationToken limit, CancellationToken ct)
    {
        try
        {
            return await _http.SendAsync(request, option, limit);
        }
        catch (HttpRequestException e)
        {
            // An import's own refusal to go on comes wrapped by the client.
            throw e.InnerException as CliException ?? Unreachable(e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new CliException(ExitCode.Unreachable, $"The center at {Address} does not answer.", RunningHint, e);
        }
    }

    /// <summary>After an edit nothing is as it was seen.</summary>
    private void AsItWas(HttpRequestMessage request, string? path)
    {
        if (path is not null && _seen.TryGetValue(path, out var tag))
            request.Headers.IfMatch.Add(tag);
    }

    private CliException Unreachable(HttpRequestException e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException)
            {
                return new CliException(ExitCode.Unreachable,
                    $"What answers at {Address} is not the center that this profile trusts: {inner.Message}",
                    "Sign in again with the CA of that center: lorica login --server URL --ca FILE", e);
            }
        }
        return new CliException(ExitCode.Unreachable, $"The center at {Address} cannot be reached: {e.Message}", RunningHint, e);
    }

    private string Address => _base.GetLeftPart(UriPartial.Authority);

    private const string RunningHint = "See that it runs: lorica up, or systemctl status lorica-center.";

    private static async Task ThrowIfRefusedAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
            return;
        ProblemModel? problem = null;
        if (response.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json")
        {
            try
            {
                problem = JsonSerializer.Deserialize(await ReadBoundedAsync(response.Content, ct), RestJson.Default.ProblemModel);
            }
            catch (JsonException)
            {
                // The status says what is known.
            }
        }
        throw problem is { Title: not null }
            ? FaultText.ToException(problem with { Status = (int)response.StatusCode })
            : FaultText.ToException(response.StatusCode, $"{request.Method} {request.RequestUri!.AbsolutePath}");
    }

    private static async Task<byte[]> ReadBoundedAsync(HttpContent content, CancellationToken ct)
    {
        if (content.Headers.ContentLength > MaximumAnswer)
            throw TooLarge();
        await using var stream = await content.ReadAsStreamAsync(ct);
        using var all = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, ct)) > 0)
            {
                if (all.Length + read > MaximumAnswer)
                    throw TooLarge();
                all.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new CliException(ExitCode.Unreachable, "The center broke off in the middle of its answer.", RunningHint, e);
        }
        return all.ToArray();
    }

    private static T Parse<T>(byte[] json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCode.Other, "The center's answer is not what this version understands.",
                "See that lorica and the center are of the same version: lorica --version", e);
        }
    }

    private static ByteArrayContent JsonBody<T>(T body, JsonTypeInfo<T> type)
        => new(JsonSerializer.SerializeToUtf8Bytes(body, type))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };

    private static CliException TooLarge() => new(ExitCode.Other, "The center's answer is larger than anything it should say.");

    private static CancellationTokenSource Limit(TimeSpan patience, CancellationToken ct)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (patience != Timeout.InfiniteTimeSpan)
            source.CancelAfter(patience);
        return source;
    }
}
