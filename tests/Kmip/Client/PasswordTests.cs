using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Tests.Client;

/// <summary>The password that some servers want beside the certificate stays in memory that the caller owns.</summary>
public sealed class PasswordTests(KmipPki pki) : IClassFixture<KmipPki>
{
    [Fact]
    public async Task A_password_is_read_for_each_request_and_not_kept()
    {
        var seen = new List<(string User, byte[] Password)>();
        await using var peer = new ScriptedPeer(pki, (request, right) =>
        {
            seen.Add(CredentialOf(request));
            return right;
        });
        byte[] password = "geheim-ä"u8.ToArray();
        await using var client = peer.Client(o => o with { UserName = "lorica", Password = () => password });
        string id = await client.CreateSymmetricKeyAsync(null, default);
        Assert.NotEmpty(seen);
        Assert.All(seen, c => Assert.Equal(("lorica", "geheim-ä"), (c.User, System.Text.Encoding.UTF8.GetString(c.Password))));

        // Whoever kept it could still send it.
        password.AsSpan().Fill((byte)'x');
        seen.Clear();
        await client.GetStateAsync(id, default);
        await client.GetKeysAsync([id], (_, _, _) => { }, default);
        Assert.NotEmpty(seen);
        Assert.All(seen, c => Assert.Equal(password, c.Password));
    }

    private static (string User, byte[] Password) CredentialOf(byte[] request)
    {
        var value = TtlvItem.ReadValid(request).Find(Tags.RequestHeader).Find(Tags.Authentication).Find(Tags.Credential)
            .Find(Tags.CredentialValue);
        return (value.Need(Tags.Username).Text(), value.Need(Tags.Password).Value.ToArray());
    }
}
