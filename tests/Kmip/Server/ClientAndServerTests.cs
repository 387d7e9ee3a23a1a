namespace Lorica.Kmip.Tests.Server;

/// <summary>Our client against our server, over real TLS.</summary>
public sealed class ClientAndServerTests(TestServer server) : IClassFixture<TestServer>
{
    public static TheoryData<int> Minors => [0, 1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Minors))]
    public async Task A_key_lives_from_create_to_destroy_in_every_version(int minor)
    {
        await using var client = server.Client(version: new(1, minor));
        string name = $"lorica-{Guid.NewGuid()}";
        string id = await client.CreateSymmetricKeyAsync(name, default);
        Assert.Equal(new KmipVersion(1, minor), client.Version);
        Assert.Equal(KmipKeyState.PreActive, await client.GetStateAsync(id, default));
        await client.ActivateAsync(id, default);
        await client.ActivateAsync(id, default);
        byte[] key = await ReadAsync(client, id);
        Assert.Equal(32, key.Length);
        Assert.Equal(key, await ReadAsync(client, id));
        Assert.Equal([id], await client.LocateByNameAsync(name, default));
        await client.AddAttributeAsync(id, "x-Vendor", "Lorica", default);
        Assert.Contains(await client.GetAttributesAsync(id, ["x-Vendor"], default), a => a.Text == "Lorica");

        var active = await Assert.ThrowsAsync<KmipException>(() => client.DestroyAsync(id, default));
        Assert.Equal(KmipResultReason.PermissionDenied, active.Reason);
        await client.RevokeAsync(id, KmipRevocationReason.Superseded, "a test", default);
        await client.RevokeAsync(id, KmipRevocationReason.Superseded, "a test", default);
        Assert.Equal(key, await ReadAsync(client, id));
        await client.DestroyAsync(id, default);
        await client.DestroyAsync(id, default);
        Assert.Equal(KmipKeyState.Destroyed, await client.GetStateAsync(id, default));
        var gone = await Assert.ThrowsAsync<KmipException>(() => ReadAsync(client, id));
        Assert.Equal(KmipResultReason.ItemNotFound, gone.Reason);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task A_foreign_object_is_answered_like_one_that_does_not_exist()
    {
        await using var a = server.Client();
        await using var b = server.Client(server.Pki.ClientB);
        string id = await a.CreateSymmetricKeyAsync("foreign", default);
        var foreign = await Assert.ThrowsAsync<KmipException>(() => ReadAsync(b, id));
        var missing = await Assert.ThrowsAsync<KmipException>(() => ReadAsync(b, Guid.NewGuid().ToString()));
        Assert.Equal(KmipResultReason.ItemNotFound, foreign.Reason);
        Assert.Equal(missing.Message, foreign.Message);
        Assert.Empty(await b.LocateByNameAsync("foreign", default));
        await b.DestroyAsync(id, default); // "gone is gone" for b, who must not learn otherwise
        Assert.Equal(32, (await ReadAsync(a, id)).Length);
    }

    [Fact]
    public async Task A_name_of_a_live_object_cannot_be_taken_twice()
    {
        await using var client = server.Client();
        string id = await client.CreateSymmetricKeyAsync("only once", default);
        var taken = await Assert.ThrowsAsync<KmipException>(() => client.CreateSymmetricKeyAsync("only once", default));
        Assert.Equal(KmipResultReason.InvalidField, taken.Reason);
        await client.DestroyAsync(id, default);
        Assert.NotEqual(id, await client.CreateSymmetricKeyAsync("only once", default));
    }

    [Fact]
    public async Task A_stranger_sees_a_closed_connection_and_the_audit_says_why()
    {
        await using var stranger = server.Client(server.Pki.SelfSigned("CN=stranger\\0ADROP"));
        var e = await Assert.ThrowsAsync<KmipException>(() => stranger.NegotiateAsync(default));
        Assert.Equal(KmipErrorKind.Transport, e.Kind);
        Assert.Contains("our certificate", e.Message, StringComparison.Ordinal);
        Assert.Contains(server.Audit, a => a is { Operation: "Connect", Detail: "a stranger" });
    }

    [Fact]
    public async Task Who_has_no_certificate_still_sees_the_servers_to_pin_it()
    {
        var shown = await KmipClient.FetchServerCertificateAsync("localhost", server.Port);
        Assert.Equal(server.Pki.ServerCertificate.Thumbprint, shown[0].Thumbprint);
    }

    [Fact]
    public async Task The_audit_names_who_did_what_to_which()
    {
        await using var client = server.Client();
        string id = await client.CreateSymmetricKeyAsync(null, default);
        await ReadAsync(client, id);
        Assert.Contains(server.Audit, a => a.Operation == "Create" && a.UniqueIdentifier == id && a.Reason is null);
        Assert.Contains(server.Audit, a => a.Operation == "Get" && a.UniqueIdentifier == id
            && a.Client!.DisplayName.Contains("client a", StringComparison.Ordinal));
    }

    private static async Task<byte[]> ReadAsync(KmipClient client, string id)
    {
        byte[] copy = [];
        await client.GetKeyAsync(id, material => copy = material.ToArray(), default);
        return copy;
    }
}
