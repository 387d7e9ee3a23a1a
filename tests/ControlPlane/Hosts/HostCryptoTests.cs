using System.Net;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Hosts;

public sealed class HostCryptoTests
{
    [Fact]
    public async Task The_first_encryption_puts_its_host_into_encryption_mode_on_the_way()
    {
        await using var center = await StartIncapableAsync();
        Assert.Equal("succeeded", (await center.CreateAsync("a", TestCenter.EncryptionPolicy)).State);

        Assert.Equal("safe", center.Host.CryptoMode);
        var record = Assert.Single(await HostRecordsAsync(center), r => r.InUse);
        Assert.Equal(("host", TestCenter.HostId, ""), (record.Kind, record.ObjectId, record.VmId));
        Assert.Equal(center.Host.HostKey!.KeyId, record.KeyId);
        Assert.NotEqual((await center.VmAsync("a")).Key!.Id, record.KeyId);
        Assert.Single(await center.EventsAsync(EventIds.HostCryptoEnabled));
        Assert.Contains(
            record.KeyId, (await center.GetAsync("hosts/h1", RestJson.Default.HostModel)).HostKey!.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_RegisterHost_an_encryption_on_a_host_that_is_not_safe_is_refused_with_the_privilege()
    {
        await using var center = await StartIncapableAsync();
        var refused = await Assert.ThrowsAsync<Contracts.Faults.FaultException>(
            () => center.Service<HostCrypto>().EnsureSafeAsync(new Caller("nobody"), TestCenter.HostId, default));
        Assert.Equal(
            ("NoPermission", Privileges.RegisterHost, "h1"), (refused.Fault.Type, refused.Fault.Key, refused.Fault.Object));
        Assert.Equal("incapable", center.Host.CryptoMode);
        Assert.Empty(center.Broker.Keys);
    }

    [Fact]
    public async Task Work_brings_no_key_to_a_host_that_left_encryption_mode_after_it_was_looked_at()
    {
        await using var center = await StartIncapableAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var record = await center.Store.ReadAsync(
            db => db.Raw.KeyRecords.FirstAsync(r => r.VmId != "" && r.State == KeyRecordStates.Usable), default);
        List<ExpectedKey> keys = [new(record.Provider, record.KeyId, record.Kcv)];
        var grain = center.Service<IGrainFactory>().GetGrain<IHostGrain>(TestCenter.HostId);

        center.Host.CryptoMode = "prepared";
        center.Host.Keys.TryRemove($"{record.Provider}/{record.KeyId}", out _);
        var refused = Assert.Single((await grain.DeliverAsync(keys, "register")).Reasons);
        Assert.Equal(
            (KeyReasons.MissingOnHost, "h1 is not in encryption mode; change that with: lorica host crypto enable h1"),
            (refused.Reason, refused.Detail));
        Assert.DoesNotContain($"{record.Provider}/{record.KeyId}", center.Host.Keys.Keys);

        // A VM that is there is unlocked all the same, and what it is unlocked with is no key for work.
        Assert.Empty((await grain.DeliverAsync(keys, KeyDeliverer.Unlock)).Reasons);
        var held = await grain.DeliverAsync(keys, "register");
        Assert.Equal((0, refused), (held.Held.Count, Assert.Single(held.Reasons)));
        var fault = Assert.Throws<FaultException>(() => held.ThrowIfMissing("a")).Fault;
        Assert.Contains("lorica host crypto enable h1", fault.Hint, StringComparison.Ordinal);

        center.Host.CryptoMode = "safe";
        Assert.Empty((await grain.DeliverAsync(keys, "register")).Reasons);
        center.Host.Keys.TryRemove($"{record.Provider}/{record.KeyId}", out _);
        Assert.Empty((await grain.DeliverAsync(keys, "register")).Reasons);
    }

    [Fact]
    public async Task Prepare_only_from_incapable()
    {
        await using var center = await StartIncapableAsync();
        Assert.Equal("prepared", (await CryptoAsync(center, "prepare")).CryptoMode);
        Assert.Equal("InvalidState", (await center.RefusedAsync("hosts/h1/crypto", """{"action":"prepare"}""")).Title);
        Assert.Equal("safe", (await CryptoAsync(center, "enable")).CryptoMode);
        Assert.Equal("InvalidState", (await center.RefusedAsync("hosts/h1/crypto", """{"action":"prepare"}""")).Title);
    }

    [Fact]
    public async Task A_restarted_host_gets_the_same_host_key_by_its_id()
    {
        await using var center = await StartIncapableAsync();
        await CryptoAsync(center, "enable");
        string key = center.Host.HostKey!.KeyId;
        center.Host.Restart();
        await Wait.UntilAsync(() => center.Host.CryptoMode == "safe", "the host is in encryption mode again");
        Assert.Equal(key, center.Host.HostKey.KeyId);
        Assert.Contains("kms1/" + key, center.Host.Keys.Keys);
        Assert.Single(center.Broker.Keys);
    }

    [Fact]
    public async Task A_host_key_that_the_KMS_lost_raises_the_alarm_and_enabling_makes_a_new_one()
    {
        await using var center = await StartIncapableAsync();
        await CryptoAsync(center, "enable");
        string old = center.Host.HostKey!.KeyId;
        center.Broker.Keys.TryRemove(old, out _);
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await center.EventsAsync(EventIds.RequireEnableMissingOnKms)).Count == 1, "the event");
        Assert.Equal(1, await AlarmsAsync(center));

        Assert.Equal("safe", (await CryptoAsync(center, "enable")).CryptoMode);
        Assert.NotEqual(old, center.Host.HostKey.KeyId);
        Assert.Single(await center.EventsAsync(EventIds.NewHostKeyMissingOnKms));
        Assert.Equal(0, await AlarmsAsync(center));
    }

    [Fact]
    public async Task A_provider_out_of_reach_raises_the_alarm_which_its_return_clears()
    {
        await using var center = await StartIncapableAsync();
        await CryptoAsync(center, "enable");
        center.Broker.KmsDown = true;
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await center.EventsAsync(EventIds.RequireEnableClusterError)).Count == 1, "the event");
        center.Broker.KmsDown = false;
        await Wait.UntilAsync(
            async () => center.Host.CryptoMode == "safe" && await AlarmsAsync(center) == 0, "safe again, alarm cleared");
    }

    [Fact]
    public async Task Rotation_gives_a_new_key_and_drops_the_old_one()
    {
        await using var center = await StartIncapableAsync();
        await CryptoAsync(center, "enable");
        string old = center.Host.HostKey!.KeyId;
        await CryptoAsync(center, "rotate");
        Assert.NotEqual(old, center.Host.HostKey.KeyId);
        Assert.DoesNotContain("kms1/" + old, center.Host.Keys.Keys);
        var records = await HostRecordsAsync(center);
        Assert.Equal([(old, false), (center.Host.HostKey.KeyId, true)], records.Select(r => (r.KeyId, r.InUse)));
        Assert.Equal(KeyRecordStates.Retired, records[0].State);
    }

    [Fact]
    public async Task A_host_moved_to_another_cluster_gets_a_new_host_key_when_it_is_started_again()
    {
        await using var center = await StartIncapableAsync();
        await CryptoAsync(center, "enable");
        string old = center.Host.HostKey!.KeyId;
        (await center.PostAsync("containers", """{"kind":"cluster","name":"lab"}""")).EnsureSuccessStatusCode();
        (await center.PostAsync("hosts/h1/move", """{"parent":"Datacenter/lab"}""")).EnsureSuccessStatusCode();
        Assert.Equal(old, center.Host.HostKey.KeyId);

        center.Host.Restart();
        await Wait.UntilAsync(() => center.Host.CryptoMode == "safe" && center.Host.HostKey.KeyId != old, "a new host key");
        await Wait.UntilAsync(async () => (await center.EventsAsync(EventIds.NewHostKeyClusterError)).Count == 1, "the event");
    }

    [Fact]
    public async Task Disabling_is_refused_while_encrypted_VMs_are_there_and_ends_with_a_restart()
    {
        await using var center = await StartIncapableAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var refused = await center.RefusedAsync("hosts/h1/crypto", """{"action":"disable"}""", HttpStatusCode.Conflict);
        Assert.Equal("lorica.hostHasEncryptedVms", refused.Code);
        await center.SetPolicyAsync("a", TestCenter.DefaultPolicy);

        Assert.Equal("pendingIncapable", (await CryptoAsync(center, "disable")).CryptoMode);
        center.Host.Restart();
        await Wait.UntilAsync(async () => (await HostRecordsAsync(center)).TrueForAll(r => r.State == KeyRecordStates.Retired),
            "its key is retired");
        Assert.Equal("incapable", center.Host.CryptoMode);
    }

    private static async Task<TestCenter> StartIncapableAsync()
    {
        var center = await TestCenter.StartAsync();
        center.Host.CryptoMode = "incapable";
        return center;
    }

    private static async Task<HostModel> CryptoAsync(TestCenter center, string action)
    {
        var reply = await center.PostAsync("hosts/h1/crypto", $$"""{"action":"{{action}}"}""");
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        return await center.GetAsync("hosts/h1", RestJson.Default.HostModel);
    }

    private static Task<List<KeyRecordRow>> HostRecordsAsync(TestCenter center) =>
        center.Store.ReadAsync(db => db.Raw.KeyRecords.Where(r => r.Kind == "host").OrderBy(r => r.Number).ToListAsync());

    private static Task<int> AlarmsAsync(TestCenter center) =>
        center.Store.ReadAsync(
            db => db.Raw.Alarms.CountAsync(a => a.Alarm == AlarmIds.HostNeedsEncryptionMode && a.ClearedAt == null));
}
