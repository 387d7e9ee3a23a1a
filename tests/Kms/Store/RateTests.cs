using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip;
using Lorica.Kms.Audit;
using Lorica.Kms.Store;

namespace Lorica.Kms.Tests.Store;

/// <summary>How fast keys come over TLS, alone and beside clients that make keys. Charted, never asserted.</summary>
public sealed class RateTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    private readonly TestFolder _temp = new();

    [Fact]
    public async Task Keys_come_alone_and_beside_sixteen_clients_that_make_keys_and_names_are_found()
    {
        ThreadPool.SetMinThreads(64, 64);
        var folder = StateFolder.Create(_temp.Path("state"));
        using var store = Samples.Open(folder);
        using var audit = AuditLog.Open(folder.Audit, TimeProvider.System);
        using var certificate = Certificate();
        var context = SslStreamCertificateContext.Create(certificate, null, offline: true);
        await using var server = new KmipServer(
            new()
            {
                Listen = new(IPAddress.Loopback, 0), Certificate = () => context, Audit = audit.Write,
                Authenticate = (c, _) => new(new("owner", c.Subject), null),
            },
            store);
        int port = server.Start().Port;
        await using var reader = Client(port, certificate);
        string id = await reader.CreateSymmetricKeyAsync("the-key", default);
        await GetAsync(reader, id, TimeSpan.FromMilliseconds(300));
        double alone = await GetAsync(reader, id, Length);
        using var stop = new CancellationTokenSource();
        List<Task<int>> making = [.. Enumerable.Range(0, 16).Select(_ => MakeAsync(port, certificate, stop.Token))];
        double beside = await GetAsync(reader, id, Length);
        await stop.CancelAsync();
        int made = (await Task.WhenAll(making)).Sum();

        // Objects that are there already cost nothing to look at but memory: a store of many is made without the disk's help.
        var watch = Stopwatch.StartNew();
        const int Finds = 50;
        for (int i = 0; i < Finds; i++)
        {
            Assert.Equal(id, Assert.Single(await reader.LocateByNameAsync("the-key", default)));
        }

        output.WriteLine($"Get {alone:N0}/s alone, {beside:N0}/s beside 16 clients that made "
            + $"{made / Length.TotalSeconds:N0} keys/s; "
            + $"Locate by name and look at the hit {watch.Elapsed.TotalMilliseconds / Finds:0.0} ms "
            + $"at {store.All.Count():N0} objects");
        Assert.True(made > 0 && beside > 0);
    }

    public void Dispose() => _temp.Dispose();

    private static async Task<double> GetAsync(KmipClient client, string id, TimeSpan length)
    {
        var watch = Stopwatch.StartNew();
        int n = 0;
        while (watch.Elapsed < length)
        {
            await client.GetKeyAsync(id, _ => n++, default);
        }

        return n / watch.Elapsed.TotalSeconds;
    }

    private static async Task<int> MakeAsync(int port, X509Certificate2 certificate, CancellationToken stop)
    {
        await using var client = Client(port, certificate);
        int made = 0;
        while (!stop.IsCancellationRequested)
        {
            await client.CreateSymmetricKeyAsync($"k-{Guid.NewGuid()}", default);
            made++;
        }

        return made;
    }

    private static KmipClient Client(int port, X509Certificate2 certificate) => KmipClient.Create(new()
    {
        Host = "127.0.0.1", Port = port, ClientCertificate = certificate,
        ServerTrust = new() { PinnedCertificateSha256 = Convert.ToHexString(SHA256.HashData(certificate.RawData)) },
    });

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kms", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
