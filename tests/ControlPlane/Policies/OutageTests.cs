using System.Net;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Outages;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.ControlPlane.Tests.Policies;

/// <summary>
/// The outage rule: what happens to a VM when its key provider stays out of reach for longer than its policy allows.
/// </summary>
public sealed class OutageTests : IAsyncLifetime
{
    private readonly Reach _reach = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private TestCenter _center = null!;
    private OutageFinder _finder = null!;
    private OutageWatch _watch = null!;

    public async ValueTask InitializeAsync()
    {
        _center = await TestCenter.StartAsync();
        _finder = new OutageFinder(_center.Store, _reach, _time);
        _watch = ActivatorUtilities.CreateInstance<OutageWatch>(_center.Services, _finder);
    }

    public ValueTask DisposeAsync() => _center.DisposeAsync();

    [Fact]
    public async Task A_VM_that_keeps_running_is_left_alone_however_long_the_outage_lasts()
    {
        await RunningAsync("a", "keepRunning", 0);

        await OutAsync(TimeSpan.FromDays(10));

        Assert.Empty(await _center.EventsAsync(EventIds.OutageActed));
        Assert.Equal("poweredOn", (await _center.VmAsync("a")).PowerState);
    }

    [Fact]
    public async Task Suspend_pauses_the_guest_after_the_time_of_the_policy_and_lets_it_go_when_the_provider_is_back()
    {
        await RunningAsync("a", "suspend", 600);
        string id = (await _center.VmAsync("a")).Id;

        await OutAsync(TimeSpan.FromMinutes(9));
        Assert.Empty(_center.Host.Paused);
        await OutAsync(TimeSpan.FromMinutes(1));
        Assert.True(_center.Host.Paused.ContainsKey(id));
        await OutAsync(TimeSpan.FromMinutes(1));
        var told = Assert.Single(await _center.EventsAsync(EventIds.OutageActed));
        Assert.Contains("a is paused: kms1", told.Message, StringComparison.Ordinal);
        Assert.True(await AlarmAsync(id));

        _reach.Since.Clear();
        await _watch.RunAsync(default);
        Assert.Empty(_center.Host.Paused);
        Assert.Single(await _center.EventsAsync(EventIds.OutageEnded));
        Assert.False(await AlarmAsync(id));
    }

    [Fact]
    public async Task A_policy_that_keeps_running_lets_a_paused_guest_go_at_once()
    {
        await RunningAsync("a", "suspend", 60);
        await OutAsync(TimeSpan.FromMinutes(2));
        Assert.Single(_center.Host.Paused);

        Assert.True((await _center.SendAsync(HttpMethod.Patch, "policies/a-policy",
            """{"outageAction":"keepRunning","outageAfterSeconds":0}""")).IsSuccessStatusCode);
        await _watch.RunAsync(default);

        Assert.Empty(_center.Host.Paused);
    }

    [Fact]
    public async Task Shut_down_powers_the_VM_off_as_a_task_of_the_system_and_leaves_it_off_afterwards()
    {
        await RunningAsync("a", "shutDown", 60);

        await OutAsync(TimeSpan.FromMinutes(1));

        await Wait.UntilAsync(async () => (await _center.VmAsync("a")).PowerState == "poweredOff", "the VM is off");
        Assert.Single(await _center.EventsAsync(EventIds.OutageActed));
        _reach.Since.Clear();
        await _watch.RunAsync(default);
        Assert.Equal("poweredOff", (await _center.VmAsync("a")).PowerState);
        Assert.Contains(
            "left off", Assert.Single(await _center.EventsAsync(EventIds.OutageEnded)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prevent_power_on_refuses_although_the_host_still_has_the_key_and_leaves_a_running_VM_alone()
    {
        await RunningAsync("a", "preventPowerOn", 60);

        await OutAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("poweredOn", (await _center.VmAsync("a")).PowerState);
        var vm = (await _center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync())).Single();
        var refused =
            (await Assert.ThrowsAsync<Lorica.Contracts.Faults.FaultException>(() => _finder.RequireNoneAsync(vm, default))).Fault;
        Assert.Equal("lorica.keyOutage", refused.Key);
        Assert.NotEmpty(_center.Host.Keys);
        _reach.Since.Clear();
        await _finder.RequireNoneAsync(vm, default);
    }

    [Fact]
    public async Task A_power_on_over_REST_is_refused_while_the_provider_s_alarm_is_older_than_the_policy_allows()
    {
        await _center.MakePolicyAsync(
            """{"name":"Careful","encryption":true,"outageAction":"preventPowerOn","outageAfterSeconds":60}""");
        await _center.CreateAsync("a", "Careful");
        await _center.Services.GetRequiredService<AlarmStore>().RaiseAsync(
            AlarmIds.ProviderConnection, ObjectRef.Provider("kms1"), AlarmSeverity.Critical,
            "kms1 does not serve keys.", default);
        await _center.Store.WriteAsync(db => db.Raw.Alarms.ExecuteUpdateAsync(
            s => s.SetProperty(a => a.RaisedAt, DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeMilliseconds())));

        var refused = await _center.RefusedAsync("vms/a/power", """{"action":"on"}""", HttpStatusCode.Conflict);

        Assert.Equal("lorica.keyOutage", refused.Code);
        await _center.Services.GetRequiredService<AlarmStore>().ClearAsync(AlarmIds.ProviderConnection, "kms1", default);
        Assert.Equal("succeeded", (await _center.PowerAsync("a", "on")).State);
    }

    private async Task RunningAsync(string name, string action, int seconds)
    {
        await _center.MakePolicyAsync(
            $$"""{"name":"{{name}}-policy","encryption":true,"outageAction":"{{action}}","outageAfterSeconds":{{seconds}}}""");
        await _center.CreateAsync(name, $"{name}-policy");
        Assert.Equal("succeeded", (await _center.PowerAsync(name, "on")).State);
    }

    /// <summary>The provider is out of reach for so much longer; then one round.</summary>
    private async Task OutAsync(TimeSpan longer)
    {
        _reach.Since.TryAdd("kms1", _time.GetUtcNow());
        _time.Advance(longer);
        await _watch.RunAsync(default);
    }

    private Task<bool> AlarmAsync(string id) =>
        _center.Store.ReadAsync(
            db => db.Raw.Alarms.AnyAsync(a => a.Alarm == AlarmIds.VmOutage && a.ObjectId == id && a.ClearedAt == null));

    private sealed class Reach : IKeyReach
    {
        public Dictionary<string, DateTimeOffset> Since { get; } = [];

        public Task<IReadOnlyDictionary<string, DateTimeOffset>> OutSinceAsync(CancellationToken ct) =>
            Task.FromResult<IReadOnlyDictionary<string, DateTimeOffset>>(Since);
    }
}
