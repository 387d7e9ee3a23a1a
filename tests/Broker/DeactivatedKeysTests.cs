using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Kmip;

namespace Lorica.Broker.Tests;

/// <summary>Keys that are not active on their KMS any more; against a real KMIP server over TLS.</summary>
public sealed class DeactivatedKeysTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private BrokerFixture _broker = null!;
    private ReplicaKms _kms = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerFixture.StartAsync(_folder.Root);
        _kms = new ReplicaKms(_broker.Pki, "kms1", new KmipMemoryStore());
        await _broker.Client.ConfigureProviderAsync(
            new ConfigureProviderRequest { Name = "corp", Replace = true, Servers = { _kms.Pinned } });
    }

    public async ValueTask DisposeAsync()
    {
        await _kms.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(KmipRevocationReason.CessationOfOperation, "Deactivated")]
    [InlineData(KmipRevocationReason.KeyCompromise, "Compromised")]
    public async Task A_deactivated_or_compromised_key_is_given_to_open_only_and_says_that_nothing_new_may_be_protected_with_it(
        KmipRevocationReason reason, string state)
    {
        var key = await MakeAsync();
        await RevokeAsync(key, reason);

        var checkedKey = await _broker.Client.CheckKeyAsync(new CheckKeyRequest { Key = key.Key, ExpectedKcv = key.Kcv });
        Assert.Equal(KeyReasons.NotActiveOnKms, checkedKey.Fault.Reason);
        Assert.Contains(state, checkedKey.NoProtect, StringComparison.Ordinal);
        Assert.Equal(
            KeyReasons.NotActiveOnKms,
            Assert.Single((await SealedKeys.ToAsync(_broker, [key], toOpenOnly: false)).Faults).Reason);
        Assert.Equal(key.Kcv, Assert.Single((await SealedKeys.ToAsync(_broker, [key], toOpenOnly: true)).Sealed).Kcv);
    }

    [Fact]
    public async Task A_key_that_was_never_active_or_is_another_one_is_not_given_to_open_either()
    {
        var made = await _broker.Client.CreateKeyAsync(new CreateKeyRequest { Provider = "corp", Name = "never" });
        var reply = await SealedKeys.ToAsync(_broker, [new KeyStatus { Key = made.Key }], toOpenOnly: true);
        Assert.Equal(KeyReasons.NotActiveOnKms, Assert.Single(reply.Faults).Reason);

        var key = await MakeAsync();
        await RevokeAsync(key, KmipRevocationReason.CessationOfOperation);
        key.Kcv = "1111111111111111";
        reply = await SealedKeys.ToAsync(_broker, [key], toOpenOnly: true);
        Assert.Equal(KeyReasons.WrongKey, Assert.Single(reply.Faults).Reason);
    }

    private async Task<KeyStatus> MakeAsync()
    {
        var made = await _broker.Client.CreateKeyAsync(
            new CreateKeyRequest { Provider = "corp", Name = $"lorica-{Guid.NewGuid()}" });
        return await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = made.Key });
    }

    private async Task RevokeAsync(KeyStatus key, KmipRevocationReason reason)
    {
        await using var client = KmipClient.Create(new KmipClientOptions
        {
            Host = "127.0.0.1", Port = _kms.Pinned.Address.Port,
            ClientCertificate = _broker.Pki.Issue("administrator", Roles.Broker).Certificate,
            ServerTrust = new KmipServerTrust { PinnedCertificateSha256 = _kms.Pinned.CertificateSha256 },
        });
        await client.RevokeAsync(key.Key.KeyId, reason, null, default);
    }
}
