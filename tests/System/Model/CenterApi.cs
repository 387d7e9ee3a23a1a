using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Lorica.Contracts.Rest;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests.Model;

/// <summary>The REST API over one connection pool; a center that is away answers "lost".</summary>
internal sealed class CenterApi : IDisposable
{
    private readonly HttpClient _http;

    private CenterApi(HttpClient http) => _http = http;

    public static Task<CenterApi> SignInAsync(LoricaUp up) => SignInAsync(up, "administrator", up.Password);

    public static async Task<CenterApi> SignInAsync(LoricaUp up, string user, string password)
    {
        var ca = X509Certificate2.CreateFromPem(
            JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(up.State, "client.json")))!["caPem"]!.GetValue<string>());
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(ca);
        var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        })
        {
            BaseAddress = new Uri(up.Server + "/api/v1/"), Timeout = TimeSpan.FromSeconds(100),
        };
        var api = new CenterApi(http);
        var session = await api.SendAsync(
            HttpMethod.Post, "session", new JsonObject { ["user"] = user, ["password"] = password });
        Assert.True(session.Accepted, session.ToString());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", session.Body!["token"]!.GetValue<string>());
        return api;
    }

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        var answer = new ApiAnswer(0, null);
        await Wait.UntilAsync(async () =>
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null)
                request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            answer = await SendAsync(request);
            return answer.Status != (int)HttpStatusCode.TooManyRequests;
        }, $"{method} {path} is no request too many", seconds: 300);
        return answer;
    }

    /// <summary>Asks until somebody answers; for requests that change nothing.</summary>
    public async Task<ApiAnswer> GetAsync(string path)
    {
        var answer = new ApiAnswer(0, null);
        await Wait.UntilAsync(async () => !(answer = await SendAsync(HttpMethod.Get, path)).Lost, $"an answer to GET {path}");
        return answer;
    }

    /// <summary>Imports a VM with one disk.</summary>
    public async Task<ApiAnswer> ImportAsync(string name, string? policy, byte[] disk, string? host = null)
    {
        var body = new JsonObject
        {
            ["name"] = name,
            ["memoryMib"] = 64,
            ["disks"] = new JsonArray(new JsonObject { ["capacity"] = disk.Length, ["data"] = disk.Length }),
        };
        if (host is not null)
            (body["host"], body["datastore"]) = (host, "datastore1");
        if (policy is not null)
            body["policy"] = policy;
        using var stream = new MemoryStream();
        stream.Write(DiskStream.Magic);
        Frame(stream, 1, 0, Encoding.UTF8.GetBytes(body.ToJsonString()));
        for (int at = 0; at < disk.Length; at += DiskStream.MaximumData)
            Frame(stream, 2, at, disk.AsSpan(at, Math.Min(DiskStream.MaximumData, disk.Length - at)));
        Frame(stream, 3, 0, []);
        using var request = new HttpRequestMessage(HttpMethod.Post, "vms/import")
        {
            Content = new ByteArrayContent(stream.ToArray()),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(DiskStream.MediaType);
        return await SendAsync(request);
    }

    /// <summary>Follows a task to its end, through restarts of the center.</summary>
    public async Task<JsonNode> EndOfAsync(string task)
    {
        JsonNode? last = null;
        await Wait.UntilAsync(async () =>
        {
            last = (await GetAsync($"tasks/{task}?waitSeconds=5")).Body;
            return last?["state"]?.GetValue<string>() is "succeeded" or "failed" or "cancelled";
        }, $"the end of task {task}", 150);
        return last!;
    }

    public void Dispose() => _http.Dispose();

    private async Task<ApiAnswer> SendAsync(HttpRequestMessage request)
    {
        try
        {
            using var response = await _http.SendAsync(request);
            string text = await response.Content.ReadAsStringAsync();
            return new ApiAnswer((int)response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return new ApiAnswer(0, null);
        }
    }

    private static void Frame(MemoryStream stream, byte kind, long offset, ReadOnlySpan<byte> data)
    {
        Span<byte> header = stackalloc byte[DiskStream.HeaderLength];
        header.Clear();
        header[0] = kind;
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)data.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], (ulong)offset);
        stream.Write(header);
        stream.Write(data);
    }
}
