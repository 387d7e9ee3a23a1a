using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Kmip;
using Lorica.Kmip.Messages;

namespace Lorica.Broker.Tests;

/// <summary>
/// What an unusual answer of a server means for the key, for the other keys and for the server; against scripted servers over
/// TLS.
/// </summary>
public sealed class UnusualAnswersTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private BrokerFixture _broker = null!;
    private ScriptedKms _first = null!;
    private ScriptedKms _second = null!;

    public async ValueTask InitializeAsync()
    {
        var store = new KmipMemoryStore();
        _broker = await BrokerFixture.StartAsync(_folder.Root);
        _first = new ScriptedKms(_broker.Pki, "kms1", store);
        _second = new ScriptedKms(_broker.Pki, "kms2", store);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("secret data", KeyReasons.NotAKey)]
    [InlineData("a 128-bit key", KeyReasons.NotAKey)]
    [InlineData("too much material", KeyReasons.NotAKey)]
    [InlineData("another length than the material", KeyReasons.NotAKey)]
    [InlineData("another format", KeyReasons.NotAKey)]
    [InlineData("a format that is not given", KeyReasons.NotAKey)]
    [InlineData("another algorithm", KeyReasons.NotAKey)]
    [InlineData("a wrapped key", KeyReasons.NotAKey)]
    [InlineData("no key value", KeyReasons.NotAKey)]
    [InlineData("nothing in the payload", KeyReasons.NotAKey)]
    [InlineData("no state", KeyReasons.NotAKey)]
    [InlineData("a state that does not exist", KeyReasons.NotAKey)]
    [InlineData("another object", KeyReasons.WrongKey)]
    [InlineData("a refused permission", KeyReasons.NoPermission)]
    [InlineData("an archived key", KeyReasons.NotActiveOnKms)]
    [InlineData("a refusal without a known reason", KeyReasons.RefusedByKms)]
    public async Task An_answer_about_one_object_is_judged_for_that_key_and_speaks_against_no_other_and_not_against_the_server(
        string oddity, string reason)
    {
        await ConfigureAsync(_first);
        var keys = await MakeAsync(3);
        _first.Item = OddKeys.Answer(oddity, keys[1].Key.KeyId);

        var reply = await SealAsync(keys);
        Assert.Equal([keys[0].Key, keys[2].Key], reply.Sealed.Select(s => s.Key));
        Assert.Equal((keys[1].Key, reason), (Assert.Single(reply.Faults).Key, reply.Faults[0].Reason));

        Assert.Equal(reason, (await CheckAsync(keys[1])).Fault.Reason);
        Assert.Null((await CheckAsync(keys[0])).Fault);
        Assert.True((await _broker.Client.PingProviderAsync(new ProviderRequest { Name = "corp" })).Healthy);
        var status = await StatusAsync();
        Assert.True(status.Healthy && status.Servers[0] is { ServesKeys: true, Resting: false }, status.ToString());
    }

    [Fact]
    public async Task A_server_is_spoken_to_in_no_newer_version_than_is_set_for_it()
    {
        _first.Item = (operation, _) => operation == Operation.DiscoverVersions
            ? throw new InvalidOperationException("nobody asks for versions in 1.0") : null;
        var pinned = _first.Pinned;
        pinned.KmipVersion = "1.0";
        await _broker.Client.ConfigureProviderAsync(
            new ConfigureProviderRequest { Name = "corp", Replace = true, Servers = { pinned } });
        await MakeAsync(1);
        Assert.DoesNotContain(_first.Asked, a => a.Operation == Operation.DiscoverVersions);
        var told = await _broker.Client.ListProvidersAsync(new ListProvidersRequest());
        Assert.Equal("1.0", told.Providers[0].Servers[0].KmipVersion);
        Assert.Equal("1.0", (await StatusAsync()).Servers[0].ProtocolVersion);
    }

    [Fact]
    public async Task Discover_Versions_refused_for_whatever_reason_means_1_0()
    {
        _first.Item = (operation, _) => operation == Operation.DiscoverVersions
            ? ScriptedKms.Refuse(operation, KmipResultReason.GeneralFailure) : null;
        await ConfigureAsync(_first);
        await MakeAsync(1);
        Assert.Equal("1.0", (await StatusAsync()).Servers[0].ProtocolVersion);
    }

    [Fact]
    public async Task A_probe_key_that_is_none_is_told_and_the_server_does_not_rest()
    {
        await ConfigureAsync(_first);
        await StatusAsync();
        var keys = await MakeAsync(1);
        var probe = _first.Store.OfOwner(ScriptedKms.Owner).Single(o => o.UniqueIdentifier != keys[0].Key.KeyId);
        _first.Item = OddKeys.Answer("a 128-bit key", probe.UniqueIdentifier);

        var status = await StatusAsync();
        Assert.False(status.Healthy);
        Assert.Contains("16 bytes instead of 32", status.Servers[0].Error, StringComparison.Ordinal);
        Assert.False(status.Servers[0].Resting);
        Assert.Single((await SealAsync(keys)).Sealed);
    }

    [Fact]
    public async Task A_key_that_cannot_be_activated_is_refused_with_its_reason_and_the_server_does_not_rest()
    {
        await ConfigureAsync(_first);
        var made = await _broker.Client.CreateKeyAsync(new CreateKeyRequest { Provider = "corp", Name = "k" });
        _first.Item = (operation, id) => operation == Operation.Activate
            ? ScriptedKms.Refuse(operation, KmipResultReason.PermissionDenied)
            : OddKeys.Answer("no state", made.Key.KeyId)(operation, id);
        var status = await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = made.Key });
        Assert.Equal(KeyReasons.NoPermission, status.Fault.Reason);
        _first.Item = (_, _) => null;
        Assert.Null((await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = made.Key })).Fault);
        Assert.False((await StatusAsync()).Servers[0].Resting);
    }

    [Theory]
    [InlineData("refused as a whole")]
    [InlineData("stops at the first failure")]
    [InlineData("only the first item")]
    [InlineData("no item IDs")]
    [InlineData("another order")]
    [InlineData("one item too many")]
    [InlineData("hangs up")]
    public async Task A_server_that_answers_several_items_in_an_unusual_way_is_asked_one_by_one_and_that_is_remembered(
        string manner)
    {
        await ConfigureAsync(_first);
        var keys = await MakeAsync(4);
        _first.Items = items => items.Count == 1 ? items : manner switch
        {
            "refused as a whole" => [Refused()],
            "stops at the first failure" => [.. items.Take(3)],
            "only the first item" => [items[0]],
            "no item IDs" => [.. items.Select(WithoutId)],
            "another order" => [.. items.Reverse()],
            "one item too many" => [.. items, items[0]],
            _ => null,
        };

        Assert.Equal(4, (await SealAsync(keys)).Sealed.Count);
        int together = _first.Asked.Count(a => a.Items > 1);
        Assert.Equal(4, (await SealAsync(keys)).Sealed.Count);
        Assert.Equal(together, _first.Asked.Count(a => a.Items > 1));
        Assert.False((await StatusAsync()).Servers[0].Resting);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_asked_once_then_rests_and_the_next_one_is_asked()
    {
        await ConfigureAsync(_first, _second);
        var keys = await MakeAsync(60);
        _first.Asked.Clear();
        _first.Silent = operation => operation != Operation.DiscoverVersions;

        Assert.Equal(60, (await SealAsync(keys)).Sealed.Count);
        Assert.Single(_first.Asked, a => a.Operation != Operation.DiscoverVersions);
        Assert.Null((await CheckAsync(keys[0])).Fault);
        Assert.Single(_first.Asked, a => a.Operation != Operation.DiscoverVersions);
    }

    [Fact]
    public async Task A_Create_whose_answer_is_lost_at_one_server_is_found_by_its_name_at_the_next_and_gone_on_with()
    {
        await ConfigureAsync(_first, _second);
        await StatusAsync();
        int before = _first.Store.OfOwner(ScriptedKms.Owner).Count();
        _first.Silent = operation => operation == Operation.Create;

        var made = await _broker.Client.CreateKeyAsync(new CreateKeyRequest { Provider = "corp", Name = "lorica-lost" });
        Assert.Equal(before + 1, _first.Store.OfOwner(ScriptedKms.Owner).Count());
        Assert.Equal(made.Key.KeyId, _first.Store.OfOwner(ScriptedKms.Owner).First().UniqueIdentifier);
        Assert.DoesNotContain(_second.Asked, a => a.Operation == Operation.Create);
    }

    [Fact]
    public async Task A_name_that_an_object_carries_which_is_no_key_is_no_fault_of_the_server()
    {
        await ConfigureAsync(_first);
        var keys = await MakeAsync(1);
        int refusals = 0;
        _first.Items = items => refusals++ == 0 ? null : items;
        _first.Item = (operation, id) => operation == Operation.GetAttributes && id.Length > 0
            ? ScriptedKms.Refuse(operation, KmipResultReason.GeneralFailure) : null;
        await _broker.Client.CreateKeyAsync(new CreateKeyRequest { Provider = "corp", Name = "lorica-again" });
        _first.Item = (_, _) => null;
        Assert.Null((await CheckAsync(keys[0])).Fault);
        Assert.False((await StatusAsync()).Servers[0].Resting);
    }

    private static byte[] Refused()
    {
        using var w = new Kmip.Ttlv.TtlvWriter();
        w.Begin(Kmip.Ttlv.Tags.BatchItem);
        w.Enumeration(Kmip.Ttlv.Tags.ResultStatus, (int)ResultStatus.OperationFailed);
        w.Enumeration(Kmip.Ttlv.Tags.ResultReason, (int)KmipResultReason.InvalidMessage);
        w.End();
        return w.Written.ToArray();
    }

    private static byte[] WithoutId(byte[] item)
    {
        using var w = new Kmip.Ttlv.TtlvWriter();
        w.Begin(Kmip.Ttlv.Tags.BatchItem);
        foreach (var child in Kmip.Ttlv.TtlvItem.ReadValid(item).Children())
        {
            if (child.Tag != Kmip.Ttlv.Tags.UniqueBatchItemID)
                w.Raw(child.Encoded);
        }

        w.End();
        return w.Written.ToArray();
    }

    private async Task ConfigureAsync(params ScriptedKms[] servers)
    {
        var request = new ConfigureProviderRequest { Name = "corp", Replace = true };
        request.Servers.AddRange(servers.Select(s => s.Pinned));
        await _broker.Client.ConfigureProviderAsync(request);
    }

    private async Task<List<KeyStatus>> MakeAsync(int count)
    {
        var keys = new List<KeyStatus>();
        for (int i = 0; i < count; i++)
        {
            var made = await _broker.Client.CreateKeyAsync(
                new CreateKeyRequest { Provider = "corp", Name = $"lorica-{Guid.NewGuid()}" });
            keys.Add(await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = made.Key }));
            Assert.Null(keys[^1].Fault);
        }

        return keys;
    }

    private async Task<KeyStatus> CheckAsync(KeyStatus key) => await _broker.Client.CheckKeyAsync(
        new CheckKeyRequest { Key = key.Key, ExpectedKcv = key.Kcv });

    private async Task<ProviderStatusReply> StatusAsync() =>
        await _broker.Client.ProviderStatusAsync(new ProviderRequest { Name = "corp" });

    private Task<SealKeysReply> SealAsync(IReadOnlyList<KeyStatus> keys) => SealedKeys.ToAsync(_broker, keys, toOpenOnly: false);
}
