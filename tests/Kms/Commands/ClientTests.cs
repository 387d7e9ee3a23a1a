using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Lorica.Kmip;
using Lorica.Kms.Clients;

namespace Lorica.Kms.Tests.Commands;

/// <summary>Clients of the server as a process: who they are, and what becomes of their objects when their key changes.</summary>
public sealed class ClientTests : IClassFixture<KmipPki>, IDisposable
{
    private readonly TestFolder _temp = new();
    private readonly KmipPki _pki;

    public ClientTests(KmipPki pki)
    {
        _pki = pki;
        _pki.WriteTo(_temp.Root);
        File.SetUnixFileMode(_temp.Path("server.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(_temp.Path("kms.json"), JsonSerializer.Serialize(new
        {
            listen = "127.0.0.1:0", stateFolder = "state", certificate = "server.crt", key = "server.key",
            trustedClientCa = new[] { "ca.crt" }, requiredClientOrganizationalUnit = "broker",
        }));
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task The_objects_of_a_client_with_a_new_key_are_handed_over_while_the_server_is_stopped()
    {
        var (a, b) = (ClientList.KeyOf(_pki.ClientA), ClientList.KeyOf(_pki.ClientB));
        string id;
        string[] command = ["client", "hand-over", "--from", a[..12], "--to", b, "--state", _temp.Path("state")];
        using (var kms = await KmsProcess.StartAsync(_temp.Path("kms.json")))
        {
            await using var first = kms.Client(_pki, _pki.ClientA);
            id = await first.CreateSymmetricKeyAsync("one", default);
            await first.ActivateAsync(id, default);
            var (running, _, said) = await KmsProcess.CommandAsync([.. command, "--yes"]);
            Assert.Equal(3, running);
            Assert.Contains("the server runs on", said, StringComparison.Ordinal);
            var (listed, clients, _) = await KmsProcess.CommandAsync("client", "ls", "--state", _temp.Path("state"));
            Assert.Equal(0, listed);
            Assert.Contains($"{a}  1 objects  not pinned  last seen 2", clients, StringComparison.Ordinal);
            Assert.Contains("client a", clients, StringComparison.Ordinal);
        }

        var (dry, plan, _) = await KmsProcess.CommandAsync(command);
        Assert.Equal(0, dry);
        Assert.Contains("nothing was changed", plan, StringComparison.Ordinal);
        using (var kms = await KmsProcess.StartAsync(_temp.Path("kms.json")))
        {
            await using var second = kms.Client(_pki, _pki.ClientB);
            Assert.Equal(KmipResultReason.ItemNotFound,
                (await Assert.ThrowsAsync<KmipException>(() => second.GetStateAsync(id, default))).Reason);
        }

        var (done, output, errors) = await KmsProcess.CommandAsync([.. command, "--yes"]);
        Assert.True(done == 0, output + errors);
        using (var kms = await KmsProcess.StartAsync(_temp.Path("kms.json")))
        {
            await using var second = kms.Client(_pki, _pki.ClientB);
            Assert.Equal(KmipKeyState.Active, await second.GetStateAsync(id, default));
        }

        Assert.Contains("HandOver", File.ReadAllText(Path.Combine(_temp.Path("state"), "audit.log")), StringComparison.Ordinal);
        Assert.Contains("chain whole", (await KmsProcess.CommandAsync("status", "--state", _temp.Path("state"))).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_certificate_over_a_pinned_key_is_let_in_and_keeps_its_objects()
    {
        using var key = RSA.Create(2048);
        using var old = SelfSigned(key, "CN=lorica-corp");
        using var renewed = SelfSigned(key, "CN=renewed");
        using var kms = await KmsProcess.StartAsync(_temp.Path("kms.json"));
        File.WriteAllText(_temp.Path("client.pem"), old.ExportCertificatePem());
        Assert.Equal(0, (await KmsProcess.CommandAsync(
            "trust", "add", _temp.Path("client.pem"), "--state", _temp.Path("state"))).Code);
        string id;
        await using (var first = kms.Client(_pki, old))
        {
            id = await first.CreateSymmetricKeyAsync("one", default);
        }

        await using (var second = kms.Client(_pki, renewed))
        {
            Assert.Equal(KmipKeyState.PreActive, await second.GetStateAsync(id, default));
        }

        // The audit names it as it was pinned, whatever the new certificate says.
        Assert.DoesNotContain(
            "CN=renewed", File.ReadAllText(Path.Combine(_temp.Path("state"), "audit.log")), StringComparison.Ordinal);
        string fingerprint = Convert.ToHexStringLower(SHA256.HashData(old.RawData));
        Assert.Equal(0, (await KmsProcess.CommandAsync("trust", "rm", fingerprint, "--state", _temp.Path("state"))).Code);
        await using var third = kms.Client(_pki, renewed);
        await Assert.ThrowsAsync<KmipException>(() => third.GetStateAsync(id, default));
    }

    [Fact]
    public async Task A_folder_that_is_no_state_folder_is_named_as_that()
    {
        Directory.CreateDirectory(_temp.Path("other"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string[]? command in new[]
        {
            new[] { "trust", "add", _temp.Path("client.crt") }, ["trust", "ls"], ["trust", "rm", "abcdef0123"], ["client", "ls"],
            ["status"],
        })
        {
            var (code, _, errors) = await KmsProcess.CommandAsync([.. command, "--state", _temp.Path("other")]);
            Assert.Equal(1, code);
            Assert.Contains($"{_temp.Path("other")} is no state folder of lorica-kms", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("Could not find", errors, StringComparison.Ordinal);
        }
    }

    private static X509Certificate2 SelfSigned(RSA key, string subject)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(2));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
