using System.Security.Cryptography;

namespace Lorica.Kmip.Tests.Server;

/// <summary>Many keys in one message: our client against our server.</summary>
public sealed class BatchesTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Many_keys_come_in_one_message_and_a_refused_one_does_not_spoil_the_others(int minor)
    {
        await using var client = server.Client(version: new(1, minor));
        await CheckAsync(client);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task More_than_a_message_takes_are_refused_before_anything_is_sent()
    {
        await using var client = server.Client();
        var ids = Enumerable.Range(0, KmipClient.MaximumKeysAtOnce + 1).Select(i => $"{i}").ToList();
        var refused = await Assert.ThrowsAsync<KmipException>(() => client.GetKeysAsync(ids, (_, _, _) => { }, default));
        Assert.Equal(KmipErrorKind.Misuse, refused.Kind);
    }

    /// <summary>Makes keys, asks for them and for one that is not there, and compares with what single requests give.</summary>
    internal static async Task CheckAsync(KmipClient client)
    {
        var ids = new List<string>();
        var expected = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            string id = await client.CreateSymmetricKeyAsync($"lorica-{Guid.NewGuid()}", default);
            if (i != 3)
            {
                await client.ActivateAsync(id, default);
            }

            ids.Add(id);
            await client.GetKeyAsync(id, m => expected.Add(Convert.ToHexString(SHA256.HashData(m))), default);
        }

        ids.Insert(2, "no-such-key");
        var got = new Dictionary<int, (KmipKeyState State, string Hash)>();
        var refusals = await client.GetKeysAsync(
            ids, (i, state, m) => got.Add(i, (state, Convert.ToHexString(SHA256.HashData(m)))), default);

        Assert.Equal([0, 1, 3, 4, 5], got.Keys);
        Assert.Equal(expected, got.Values.Select(g => g.Hash));
        Assert.Equal(KmipKeyState.PreActive, got[4].State);
        Assert.All(new[] { 0, 1, 3, 5 }, i => Assert.Equal(KmipKeyState.Active, got[i].State));
        Assert.Equal([2], Enumerable.Range(0, 6).Where(i => refusals[i] is not null));
        Assert.Equal(KmipResultReason.ItemNotFound, refusals[2]!.Reason);
    }
}
