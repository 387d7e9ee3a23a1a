using System.Net.Http.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.ControlPlane.Tests.Keys;

public sealed class KeyCheckTests
{
    [Fact]
    public async Task Keys_that_are_as_recorded_raise_nothing()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var key = Assert.Single(await CheckAsync(center));
        Assert.Equal(("Active", ""), (key.KmsState, key.Fault));
        Assert.NotNull(key.CheckedAt);
        Assert.Empty(await AlarmsAsync(center));
    }

    [Fact]
    public async Task A_key_with_a_date_of_its_end_on_the_KMS_is_an_alarm_until_the_date_is_gone()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string id = (await center.VmAsync("a")).Key!.Id;
        var end = TimeProvider.System.GetUtcNow().AddDays(90);
        center.Broker.Deactivations[id] = end.ToUnixTimeSeconds();

        var key = Assert.Single(await CheckAsync(center));
        Assert.Equal(end.ToUnixTimeSeconds(), key.Deactivation!.Value.ToUnixTimeSeconds());
        var alarm = Assert.Single(await AlarmsAsync(center));
        Assert.Equal((AlarmIds.KeyEnds, "warning", $"kms1/{id}"), (alarm.Alarm, alarm.Severity, alarm.ObjectId));
        Assert.Contains("Deactivation Date", alarm.Message, StringComparison.Ordinal);

        center.Broker.Deactivations.Clear();
        await CheckAsync(center);
        Assert.Empty(await AlarmsAsync(center));
    }

    [Fact]
    public async Task A_deactivated_key_is_a_critical_alarm()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.States[(await center.VmAsync("a")).Key!.Id] = "Deactivated";

        Assert.Equal(KeyReasons.NotActiveOnKms, Assert.Single(await CheckAsync(center)).Fault);
        var alarm = Assert.Single(await AlarmsAsync(center));
        Assert.Equal((AlarmIds.KeyEnds, "critical"), (alarm.Alarm, alarm.Severity));
    }

    [Fact]
    public async Task A_key_that_the_KMS_lost_while_a_host_holds_it_is_a_last_copy()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.Keys.TryRemove((await center.VmAsync("a")).Key!.Id, out _);

        Assert.Equal(KeyReasons.MissingOnKms, Assert.Single(await CheckAsync(center)).Fault);
        var alarms = await AlarmsAsync(center);
        Assert.Equal([AlarmIds.KeyEnds, AlarmIds.LastCopy], alarms.Select(a => a.Alarm).Order());
        Assert.Contains("on host h1", alarms.Single(a => a.Alarm == AlarmIds.LastCopy).Message, StringComparison.Ordinal);
        Assert.Contains("recrypt --shallow", alarms.Single(a => a.Alarm == AlarmIds.LastCopy).Message, StringComparison.Ordinal);
        Assert.Equal("unlocked", (await center.VmAsync("a")).CryptoState);
    }

    [Fact]
    public async Task Another_key_under_a_known_id_is_the_alarm_of_the_wrong_key()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.Keys[(await center.VmAsync("a")).Key!.Id] = "1111111111111111";

        Assert.Equal(KeyReasons.WrongKey, Assert.Single(await CheckAsync(center)).Fault);
        Assert.Contains(await AlarmsAsync(center), a => a is { Alarm: AlarmIds.WrongKey, Severity: "critical" });
        Assert.Single(await center.EventsAsync(EventIds.WrongKey));
    }

    [Fact]
    public async Task A_provider_that_cannot_be_asked_says_nothing_about_its_keys()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Broker.States[(await center.VmAsync("a")).Key!.Id] = "Deactivated";
        await CheckAsync(center);
        center.Broker.KmsDown = true;

        Assert.Equal(KeyReasons.ProviderUnreachable, Assert.Single(await CheckAsync(center)).Fault);
        Assert.Contains(await AlarmsAsync(center), a => a.Alarm == AlarmIds.KeyEnds);
    }

    [Fact]
    public async Task The_time_of_the_daily_check_is_kept()
    {
        await using var center = await TestCenter.StartAsync();
        await CheckAsync(center);
        Assert.NotEqual(0, await center.Store.ReadAsync(db => db.Raw.DailyChecks.Select(d => d.DoneAt).SingleAsync()));
    }

    [Fact]
    public async Task The_check_runs_by_itself_once_a_day()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var daily = ActivatorUtilities.CreateInstance<DailyCheck>(
            center.Services, time, ActivatorUtilities.CreateInstance<KeyCheck>(center.Services, time));
        var rounds = new BackgroundLoop(daily, time, NullLogger.Instance);
        rounds.Start();

        long first = 0;
        await Wait.UntilAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return (first = await DoneAsync(center)) > 0;
            },
            "the first check");
        Assert.Equal(1, await center.Store.ReadAsync(db => db.Raw.Keys.CountAsync(k => k.CheckedAt > 0)));
        await Wait.UntilAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromHours(1));
                return await DoneAsync(center) > first;
            },
            "the second check");
        var apart = TimeSpan.FromMilliseconds(await DoneAsync(center) - first);
        Assert.True(apart >= TimeSpan.FromDays(1), $"{apart} after the first");
        await rounds.StopAsync();
    }

    private static Task<long> DoneAsync(TestCenter center) =>
        center.Store.ReadAsync(db => db.Raw.DailyChecks.Select(d => d.DoneAt).FirstOrDefaultAsync());

    private static async Task<IReadOnlyList<KeyInfoModel>> CheckAsync(TestCenter center)
    {
        var reply = await center.PostAsync("keys/check", "");
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.ListModelKeyInfoModel))!.Items;
    }

    /// <summary>Alarms about keys.</summary>
    private static Task<List<AlarmRow>> AlarmsAsync(TestCenter center) =>
        center.Store.ReadAsync(db => db.Raw.Alarms.Where(a => a.Alarm.StartsWith("key.") && a.ClearedAt == null).ToListAsync());
}
