using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Platform.Trust;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class HostileBodyTests
{
    private static readonly string[] Bodies =
    [
        "", "null", "[]", "1", "\"x\"", "{", "{}", "{\"name\":", "{\"name\":null}", "{\"name\":1}", "{\"name\":[]}",
        "{\"unknown\":1}",
        "{\"name\":\"a\",\"disks\":null}", "{\"name\":\"a\",\"disks\":[null]}", "{\"name\":\"a\",\"disks\":[]}",
        "{\"name\":\"a\",\"disks\":[{}]}",
        "{\"name\":\"a\",\"disks\":[{\"capacity\":\"512\"}]}", "{\"name\":\"a\",\"disks\":[{\"capacity\":-512}]}",
        "{\"name\":\"a\",\"disks\":[{\"capacity\":513}]}",
        "{\"name\":\"a\",\"disks\":[{\"capacity\":9223372036854775296}]}", "{\"name\":\"a\",\"disks\":[{\"capacity\":1e999}]}",
        "{\"name\":\"a\",\"disks\":[{\"capacity\":512}],\"cpus\":0}",
        "{\"name\":\"a\",\"disks\":[{\"capacity\":512}],\"firmware\":\"../../etc\"}",
        "{\"name\":\"a\",\"name\":\"b\",\"disks\":[{\"capacity\":512}]}",
        "{\"name\":\"a\",\"disks\":[{\"capacity\":512,\"provisioning\":null}]}",
        "{\"name\":\"..\",\"disks\":[{\"capacity\":512}]}", "{\"name\":\"a/b\",\"disks\":[{\"capacity\":512}]}",
        "{\"name\":\"\\u0000\",\"disks\":[{\"capacity\":512}]}",
        "{\"name\":\"\",\"disks\":[{\"capacity\":512}]}", "{\"name\":\"\\ud800\",\"disks\":[{\"capacity\":512}]}", "\ufeff{}",
        "{\"a\":{\"a\":{\"a\":{}}}}",
        "{\"action\":\"explode\"}", "{\"action\":\"off\",\"timeoutSeconds\":-1}", "{\"mode\":\"deepest\"}", "{\"policy\":\"\"}",
        "{\"user\":\"\",\"password\":\"\"}",
    ];

    [Fact]
    public async Task Bodies_of_any_shape_are_refused_with_problem_details_and_change_nothing()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("keep");
        string[] paths = ["vms", "providers", "providers/probe", "vms/keep/policy", "vms/keep/recrypt", "vms/keep/power",
            "session"];
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 2000));
        string long80 = $"{{\"name\":\"{new string('x', 81)}\",\"disks\":[{{\"capacity\":512}}]}}";
        foreach (string path in paths)
        {
            foreach (string body in Bodies.Append(deep).Append(long80))
            {
                var reply = await center.PostAsync(path, body);
                string text = await reply.Content.ReadAsStringAsync();
                Assert.True((int)reply.StatusCode is >= 400 and < 500,
                    $"{path} {body[..Math.Min(90, body.Length)]} → {(int)reply.StatusCode} {text}");
                Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
            }
        }

        Assert.Equal("keep", Assert.Single((await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items).Name);
        Assert.Empty(center.Broker.Keys);
    }

    [Fact]
    public async Task Size_media_type_method_and_route_are_refused_with_problem_details()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        async Task<HttpStatusCode> ProblemAsync(HttpResponseMessage reply)
        {
            Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
            var problem = await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel);
            Assert.Equal((int)reply.StatusCode, problem!.Status);
            return reply.StatusCode;
        }

        string tooLarge = await AnnouncedAsync(center, 70_000);
        Assert.StartsWith("HTTP/1.1 413 ", tooLarge, StringComparison.Ordinal);
        Assert.Contains("\"lorica.bodyTooLarge\"", tooLarge, StringComparison.Ordinal);
        Assert.Equal(0, tooLarge.LastIndexOf("HTTP/1.1", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType,
            await ProblemAsync(await center.Http.PostAsync("/api/v1/vms", new StringContent("{}", Encoding.UTF8, "text/plain"))));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await ProblemAsync(await center.PostAsync("vms/import", "{}")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await ProblemAsync(await center.Http.PutAsync("/api/v1/vms", null)));
        Assert.Equal(HttpStatusCode.NotFound, await ProblemAsync(await center.Http.GetAsync("/api/v2/vms")));
        Assert.Equal(HttpStatusCode.NotFound, await ProblemAsync(await center.Http.GetAsync("/api/v1/vms/none")));
        Assert.Equal(HttpStatusCode.NotFound, await ProblemAsync(await center.Http.DeleteAsync("/api/v1/vms/none")));
        Assert.Equal(HttpStatusCode.BadRequest, await ProblemAsync(await center.Http.GetAsync("/api/v1/events?after=x")));
    }

    /// <summary>
    /// Only the head of a request, which announces a body: the center must answer without having seen one, and once.
    /// </summary>
    private static async Task<string> AnnouncedAsync(TestCenter center, long length)
    {
        var address = center.Http.BaseAddress!;
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = address.Host, CertificateChainPolicy = Peer.ChainPolicy(center.Ca),
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        });
        string head = $"POST /api/v1/vms HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n"
            + $"Authorization: {center.Http.DefaultRequestHeaders.Authorization}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {length}\r\n\r\n";
        await tls.WriteAsync(Encoding.ASCII.GetBytes(head));
        using var answer = new StreamReader(tls, Encoding.UTF8);
        return await answer.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task The_API_describes_itself_without_the_internet()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        string document = await center.Http.GetStringAsync("/openapi/v1.json");
        foreach (string path in new[] { "/api/v1/vms/{vm}/policy", "/api/v1/vms/import", "/api/v1/session", "/health" })
        {
            Assert.Contains($"\"{path}\"", document, StringComparison.Ordinal);
        }

        string page = await center.Http.GetStringAsync("/docs/");
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        var script = await center.Http.GetAsync("/docs/scalar.js");
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }
}
