using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>What comes from outside gets a clear refusal and leaves everything as it was.</summary>
public sealed class HostileInputTests : IAsyncLifetime
{
    private LoricaUp _up = null!;

    public async ValueTask InitializeAsync() => _up = await LoricaUp.StartAsync();

    public ValueTask DisposeAsync() => _up.DisposeAsync();

    [Fact]
    public async Task Hostile_images_are_refused_and_leave_nothing_behind()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_up.Folder, "images")).FullName;
        string Image(string name, string text)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
            return Path.Combine(folder, name);
        }

        string Descriptor(string extent, string more = "") =>
            $"# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n"
            + $"{more}{extent}\nddb.adapterType = \"ide\"\n";

        File.WriteAllBytes(Path.Combine(folder, "flat.bin"), new byte[1024]);
        string sparse = Path.Combine(folder, "sparse.vmdk");
        await Tool.OutputAsync("/usr/bin/qemu-img", "create", "-q", "-f", "vmdk", sparse, "8M");
        await Tool.OutputAsync("/usr/bin/qemu-io", "-c", "write -P 7 0 1M", sparse);
        byte[] whole = File.ReadAllBytes(sparse);
        File.WriteAllBytes(Path.Combine(folder, "cut.vmdk"), whole[..(whole.Length / 2)]);
        byte[] huge = (byte[])whole.Clone();
        BitConverter.TryWriteBytes(huge.AsSpan(12), ulong.MaxValue / 1024);
        File.WriteAllBytes(Path.Combine(folder, "huge.vmdk"), huge);

        var before = Files.Snapshot(_up.Datastore);
        (string Image, string Reason)[] images =
        [
            (Image("escape.vmdk", Descriptor("RW 2 FLAT \"../../etc/passwd\" 0")), "outside"),
            (Image("absolute.vmdk", Descriptor("RW 2 FLAT \"/etc/passwd\" 0")), "outside"),
            (Image("size.vmdk", Descriptor("RW 99999999999999999999 FLAT \"flat.bin\" 0")), "cannot be understood"),
            (Image("beyond.vmdk", Descriptor("RW 4096 FLAT \"flat.bin\" 0")), "flat.bin"),
            (Image("overlap.vmdk", Descriptor("RW 2 FLAT \"flat.bin\" 0\nRW 1 FLAT \"flat.bin\" 1")), "overlap"),
            (Image("parent.vmdk", Descriptor("RW 2 FLAT \"flat.bin\" 0", "parentFileNameHint=\"parent.vmdk\"\n")
                .Replace("parentCID=ffffffff", "parentCID=12345678", StringComparison.Ordinal)), "parent"),
            (Path.Combine(folder, "cut.vmdk"), "than its file can hold"),
            (Path.Combine(folder, "huge.vmdk"), "capacity"),
            (Path.Combine(folder, "missing.img"), "no such file"),
        ];
        var wrong = new List<string>();
        foreach (var (image, reason) in images)
        {
            var refused = await _up.RunAsync("vm", "import", "bad", "--disk", image);
            if (refused.ExitCode == 0 || !refused.Error.Contains("error:", StringComparison.Ordinal)
                || !refused.Error.Contains(folder, StringComparison.Ordinal)
                    || !refused.Error.Contains(reason, StringComparison.OrdinalIgnoreCase))
            {
                wrong.Add($"{Path.GetFileName(image)} ({reason}): exit {refused.ExitCode}: {refused.Error}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, Files.Snapshot(_up.Datastore));
        await _up.RefusedAsync("bad", "vm", "show", "bad");
    }

    [Fact]
    public async Task Rest_bodies_of_any_shape_get_a_problem_and_never_a_server_error()
    {
        using var http = await SignedInAsync();
        string[] bodies =
        [
            "", "null", "[]", "{}", "{", "\"x\"", "123", "{\"name\":null}", "{\"name\":\"../../x\",\"disks\":[]}",
            "{\"name\":\"a\",\"disks\":null}", "{\"name\":\"a\",\"disks\":[{\"capacity\":-1}]}",
            "{\"name\":\"a\",\"disks\":[{\"capacity\":513}]}", "{\"name\":\"a\",\"disks\":[{\"capacity\":9223372036854775807}]}",
            "{\"name\":\"a\",\"disks\":[{\"capacity\":1048576,\"provisioning\":\"odd\"}]}",
            "{\"name\":\"" + new string('x', 5000) + "\"}",
            "{\"name\":\"a\\u0000b\",\"disks\":[{\"capacity\":1048576}]}", "{\"unknown\":1}", new string('[', 20_000),
            "{\"policy\":7}", "{\"mode\":\"deep\"}", "{\"action\":\"explode\"}",
        ];
        string[] paths =
        [
            "vms", "vms/none/policy", "vms/none/recrypt", "vms/none/power", "vms/none/console", "providers", "providers/probe",
            "session", "vms/import",
        ];
        foreach (string path in paths)
        {
            foreach (string body in bodies)
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await http.PostAsync($"api/v1/{path}", content);
                // 501: a mode of recryption that is not there yet.
                Assert.True((int)answer.StatusCode is >= 400 and < 500 or 501, $"{path} {body}: {answer.StatusCode}");
                string text = await answer.Content.ReadAsStringAsync();
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                Assert.NotNull(JsonNode.Parse(text)!["title"]);
                Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
            }
        }

        using var unknown = await http.GetAsync("api/v1/vms/none");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Empty((await _up.JsonAsync("vm", "ls"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Without_a_session_nothing_is_told()
    {
        using var http = Client();
        foreach (string path in (string[])["vms", "providers", "hosts", "tasks", "policies", "events", "broker"])
        {
            using var answer = await http.GetAsync("api/v1/" + path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    private async Task<HttpClient> SignedInAsync()
    {
        var http = Client();
        using var content = new StringContent(
            $"{{\"user\":\"administrator\",\"password\":\"{_up.Password}\"}}", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("api/v1/session", content);
        answer.EnsureSuccessStatusCode();
        string token = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["token"]!.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private HttpClient Client()
    {
        var trust = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_up.State, "center/pki/ca.crt")));
        return new HttpClient(
            new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust } })
        {
            BaseAddress = new Uri(_up.Server.TrimEnd('/') + "/"),
        };
    }
}
