using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lorica.Contracts.Broker;
using Lorica.Kmip;

namespace Lorica.Broker.Tests;

/// <summary>Provider files as they were written before blobs were bound to servers.</summary>
public sealed class FirstFormTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_of_the_first_form_are_read_once_and_written_in_the_present_one()
    {
        var store = new KmipMemoryStore();
        var pki = new TestPki(_folder.Path("kms"));
        await using var kms = new ReplicaKms(pki, "kms1", store);
        var identity = pki.Issue("client", "broker");
        string pem = await File.ReadAllTextAsync(pki.CertificatePath("client"), TestContext.Current.CancellationToken) + "\n"
            + await File.ReadAllTextAsync(pki.KeyPath("client"), TestContext.Current.CancellationToken);
        kms.LetsIn = certificate => certificate.Subject == identity.Certificate.Subject;
        string file = Write("corp", kms.Pinned, pem, "lorica\nvery secret words");

        var broker = await BrokerFixture.StartAsync(_folder.Root);
        try
        {
            for (int start = 0; start < 2; start++)
            {
                var described = await broker.Client.DescribeProviderAsync(new ProviderRequest { Name = "corp" });
                Assert.Equal(("uploaded", "lorica"), (described.IdentityKind, described.UserName));
                Assert.Equal(
                    Convert.ToHexStringLower(identity.Certificate.GetCertHash(HashAlgorithmName.SHA256)),
                    described.Present.CertificateSha256);
                var made = await broker.Client.CreateKeyAsync(
                    new CreateKeyRequest { Provider = "corp", Name = $"lorica-{Guid.NewGuid()}" });
                Assert.Null((await broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = made.Key })).Fault);

                // What the first form bound to the name alone no longer opens.
                var written = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
                Assert.Equal(2, written["form"]!.GetValue<int>());
                Assert.Throws<AuthenticationTagMismatchException>(
                    () => Open("corp", Convert.FromBase64String(written["sealedIdentity"]!.GetValue<string>())));
                Assert.Throws<AuthenticationTagMismatchException>(
                    () => Open("corp\ncredential", Convert.FromBase64String(written["sealedCredential"]!.GetValue<string>())));
                broker = await broker.RestartAsync(_folder.Root);
            }
        }
        finally
        {
            await broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_file_of_the_first_form_that_does_not_open_stays_as_it_is()
    {
        var server = new PinnedServer
        {
            Address = new ServerAddress { Host = "127.0.0.1", Port = 1 }, CertificateSha256 = new string('a', 64),
        };
        string file = Write("corp", server, "pem", "lorica\nvery secret words");
        string before = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))
            .Replace("\"corp\"", "\"other\"", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, before, TestContext.Current.CancellationToken);
        await using var broker = await BrokerFixture.StartAsync(_folder.Root);
        Assert.False((await broker.Client.PingProviderAsync(new ProviderRequest { Name = "other" })).Healthy);
        Assert.Equal(before, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    private string Write(string name, PinnedServer server, string pem, string credential)
    {
        string folder = _folder.Path("state", "providers");
        Directory.CreateDirectory(folder);
        string seal = _folder.Path("state", "seal.key");
        File.WriteAllBytes(seal, _key);
        File.SetUnixFileMode(seal, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string file = Path.Combine(folder, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name)) + ".json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            name,
            servers = new[]
            {
                new
                {
                    host = server.Address.Host, port = server.Address.Port, certificateSha256 = server.CertificateSha256,
                    proxyHost = (string?)null, proxyPort = 0, connectTimeoutMs = 0, requestTimeoutMs = 0,
                },
            },
            identity = "uploaded",
            certificatePem = pem.Contains("BEGIN", StringComparison.Ordinal) ? pem : null,
            sealedIdentity = Seal(name, pem),
            sealedRequestedKey = "",
            userName = "lorica",
            sealedCredential = Seal(name + "\ncredential", credential),
            probeKeyId = (string?)null,
            probeKcv = (string?)null,
        }));
        return file;
    }

    private byte[] Seal(string what, string text)
    {
        byte[] plaintext = Encoding.UTF8.GetBytes(text);
        byte[] blob = new byte[12 + plaintext.Length + 16];
        RandomNumberGenerator.Fill(blob.AsSpan(0, 12));
        using var gcm = new AesGcm(_key, 16);
        gcm.Encrypt(blob.AsSpan(0, 12), plaintext, blob.AsSpan(12, plaintext.Length), blob.AsSpan(12 + plaintext.Length),
            Encoding.UTF8.GetBytes("lorica-provider-identity-v1\n" + what));
        return blob;
    }

    private void Open(string what, byte[] blob)
    {
        using var gcm = new AesGcm(_key, 16);
        gcm.Decrypt(
            blob.AsSpan(0, 12), blob.AsSpan(12, blob.Length - 28), blob.AsSpan(blob.Length - 16), new byte[blob.Length - 28],
            Encoding.UTF8.GetBytes("lorica-provider-identity-v1\n" + what));
    }
}
