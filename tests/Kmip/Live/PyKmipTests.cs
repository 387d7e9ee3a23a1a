using System.Security.Cryptography;
using Lorica.Kmip.Tests.Server;

namespace Lorica.Kmip.Tests.Live;

/// <summary>Our client against a foreign server.</summary>
public sealed class PyKmipTests(PyKmip server) : IClassFixture<PyKmip>
{
    [Fact]
    public async Task A_key_lives_from_create_to_destroy()
    {
        await using var client = KmipClient.Create(server.Options());
        string name = $"lorica-{Guid.NewGuid()}";

        Assert.Equal(KmipVersion.V14, await client.NegotiateAsync(default));
        Assert.Contains("PyKMIP", (await client.QueryAsync(default)).VendorIdentification, StringComparison.Ordinal);
        string id = await client.CreateSymmetricKeyAsync(name, default);
        Assert.Equal(KmipKeyState.PreActive, await client.GetStateAsync(id, default));
        await client.ActivateAsync(id, default);
        await client.ActivateAsync(id, default);
        Assert.Equal(KmipKeyState.Active, await client.GetStateAsync(id, default));

        byte[] first = await ReadAsync(client, id);
        Assert.Equal(32, first.Length);
        Assert.True(first.AsSpan().ContainsAnyExcept((byte)0));
        await using (var other = KmipClient.Create(server.Options()))
        {
            Assert.Equal(first, await ReadAsync(other, id));
        }

        Assert.Equal([id], await client.LocateByNameAsync(name, default));
        Assert.Empty(await client.LocateByNameAsync(name + "x", default));

        var active = await Assert.ThrowsAsync<KmipException>(() => client.DestroyAsync(id, default));
        Assert.Equal(KmipResultReason.PermissionDenied, active.Reason);
        await client.RevokeAsync(id, KmipRevocationReason.Superseded, "a test", default);
        await client.RevokeAsync(id, KmipRevocationReason.Superseded, "a test", default);
        Assert.Equal(KmipKeyState.Deactivated, await client.GetStateAsync(id, default));
        await client.DestroyAsync(id, default);
        await client.DestroyAsync(id, default);
        var gone = await Assert.ThrowsAsync<KmipException>(() => ReadAsync(client, id));
        Assert.Equal(KmipResultReason.ItemNotFound, gone.Reason);
        Assert.Equal($"localhost:{server.Port}", gone.Server);
    }

    [Fact]
    public async Task Many_keys_come_in_one_message_and_a_refused_one_does_not_spoil_the_others()
    {
        await using var client = KmipClient.Create(server.Options());
        await BatchesTests.CheckAsync(client);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_version_makes_and_gives_a_key(int minor)
    {
        await using var client = KmipClient.Create(server.Options() with { MaximumVersion = new(1, minor) });
        string id = await client.CreateSymmetricKeyAsync(null, default);
        Assert.Equal(new KmipVersion(1, minor), client.Version);
        await client.ActivateAsync(id, default);
        Assert.Equal(32, (await ReadAsync(client, id)).Length);
        Assert.Contains(await client.GetAttributesAsync(id, [], default),
            a => a is { Name: "Cryptographic Length", Number: 256 });
    }

    [Fact]
    public async Task An_attribute_that_the_server_cannot_take_is_a_refusal()
    {
        await using var client = KmipClient.Create(server.Options());
        string id = await client.CreateSymmetricKeyAsync(null, default);
        var e = await Assert.ThrowsAsync<KmipException>(() => client.AddAttributeAsync(id, "x-Vendor", "Lorica", default));
        Assert.Equal(KmipErrorKind.Refused, e.Kind);
        Assert.Equal(KmipKeyState.PreActive, await client.GetStateAsync(id, default));
    }

    [Fact]
    public async Task Another_client_does_not_get_the_key()
    {
        await using var a = KmipClient.Create(server.Options());
        await using var b = KmipClient.Create(server.Options("client-b"));
        string id = await a.CreateSymmetricKeyAsync(null, default);
        var e = await Assert.ThrowsAsync<KmipException>(() => ReadAsync(b, id));
        Assert.Equal(KmipErrorKind.Refused, e.Kind);
    }

    [Fact]
    public async Task The_shown_certificate_can_be_pinned()
    {
        var shown = await KmipClient.FetchServerCertificateAsync("127.0.0.1", server.Port);
        string pin = Convert.ToHexString(SHA256.HashData(shown[0].RawData));
        await using var client = KmipClient.Create(
            server.Options() with { Host = "127.0.0.1", ServerTrust = new() { PinnedCertificateSha256 = pin } });
        Assert.Equal(KmipVersion.V14, await client.NegotiateAsync(default));

        var wrong = new KmipServerTrust { PinnedCertificateSha256 = new string('0', 64) };
        await using var other = KmipClient.Create(server.Options() with { ServerTrust = wrong });
        var e = await Assert.ThrowsAsync<KmipException>(() => other.NegotiateAsync(default));
        Assert.Equal(KmipErrorKind.Transport, e.Kind);
        Assert.False(e.IsTransient);
        Assert.Contains("not the pinned one", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client-noeku")]
    [InlineData("stranger")]
    [InlineData("")]
    public async Task A_client_that_the_server_does_not_know_is_told_so(string certificate)
    {
        await using var client = KmipClient.Create(server.Options(certificate));
        var e = await Assert.ThrowsAsync<KmipException>(() => client.NegotiateAsync(default));
        Assert.True(
            e.Reason == KmipResultReason.AuthenticationNotSuccessful
            || (e is { Kind: KmipErrorKind.Transport, IsTransient: false }
                && e.Message.Contains("our certificate", StringComparison.Ordinal)),
            e.ToString());
    }

    [Fact]
    public async Task A_foreign_root_is_not_trusted()
    {
        var trust = new KmipServerTrust { Roots = [server.Certificate("stranger")] };
        await using var client = KmipClient.Create(server.Options() with { ServerTrust = trust });
        var e = await Assert.ThrowsAsync<KmipException>(() => client.NegotiateAsync(default));
        Assert.Contains("does not lead to the given roots", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_the_certificate_does_not_have_is_refused()
    {
        var options = server.Options();
        await using var client =
            KmipClient.Create(options with { ServerTrust = options.ServerTrust with { ServerName = "kms.example" } });
        var e = await Assert.ThrowsAsync<KmipException>(() => client.NegotiateAsync(default));
        Assert.Contains("another name", e.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(KmipClient client, string id)
    {
        byte[] copy = [];
        await client.GetKeyAsync(id, material => copy = material.ToArray(), default);
        return copy;
    }
}
