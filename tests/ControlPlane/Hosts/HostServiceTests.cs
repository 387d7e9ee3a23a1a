using System.Net;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Hosts;

public sealed class HostServiceTests
{
    [Fact]
    public async Task A_host_with_VMs_cannot_be_removed_one_without_is_gone_also_after_a_restart()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        await center.DoAsync("vms", """{"name":"a","host":"h2","disks":[{"capacity":1048576}]}""");
        var refused = await center.Http.DeleteAsync("/api/v1/hosts/h2");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("VMs are on h2: a", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await center.Http.DeleteAsync("/api/v1/hosts/h1")).StatusCode);
        await center.RestartAsync();
        Assert.Equal(["h2"], (await center.GetAsync("hosts", RestJson.Default.ListModelHostModel)).Items.Select(h => h.Name));
        Assert.Single(await center.EventsAsync(EventIds.HostRemoved));
    }

    [Fact]
    public async Task Maintenance_is_refused_while_a_VM_runs_and_then_nothing_starts_or_is_placed_there()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.PowerAsync("a", "on");
        Assert.Equal("lorica.hostBusy", (await center.RefusedAsync("hosts/h1/maintenance", """{"enter":true}""")).Code);
        await center.PowerAsync("a", "off");

        (await center.PostAsync("hosts/h1/maintenance", """{"enter":true}""")).EnsureSuccessStatusCode();
        Assert.True((await center.GetAsync("hosts/h1", RestJson.Default.HostModel)).Maintenance);
        Assert.Equal("lorica.hostMaintenance", (await center.RefusedAsync("vms/a/power", """{"action":"on"}""")).Code);
        Assert.Equal(
            "lorica.hostMaintenance", (await center.RefusedAsync("vms", """{"name":"b","disks":[{"capacity":1048576}]}""")).Code);
        Assert.Equal("lorica.hostMaintenance", (await center.RefusedAsync("vms/a/clone", """{"name":"b"}""")).Code);
        (await center.PostAsync("hosts/h1/maintenance", """{"enter":false}""")).EnsureSuccessStatusCode();
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task One_datastore_of_two_hosts_is_one_and_a_name_that_another_has_is_a_problem_of_the_host()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        var shared = Assert.Single((await center.GetAsync("datastores", RestJson.Default.ListModelDatastoreListModel)).Items);
        Assert.Equal(["h1", "h2"], shared.Hosts.Select(h => h.Host));
        Assert.All(shared.Hosts, h => Assert.Equal("", h.Problem));

        center.Hosts[1].DatastoreId = "5b1c0000-0000-4000-8000-00000000000b";
        center.Hosts[1].Restart();
        await Wait.UntilAsync(
            async () => (await center.GetAsync("datastores", RestJson.Default.ListModelDatastoreListModel)).Items
            .Any(d => d.Hosts.Any(h => h.Host == "h2"
                && h.Problem.Contains("Another datastore is called ds1", StringComparison.Ordinal))), "the problem");
        Assert.Single(await center.EventsAsync(EventIds.DatastoreProblem));
        Assert.Equal("lorica.datastoreProblem", (await center.RefusedAsync("vms",
            """{"name":"b","host":"h2","datastore":"ds1","disks":[{"capacity":1048576}]}""")).Code);
    }

    [Fact]
    public async Task A_lost_host_raises_an_alarm_and_its_return_clears_it()
    {
        await using var center = await TestCenter.StartAsync();
        center.Host.Refuses = true;
        center.Host.Restart();
        await Wait.UntilAsync(async () => await LostAsync(center) == 1, "the alarm");
        Assert.Equal("disconnected", (await center.GetAsync("hosts/h1", RestJson.Default.HostModel)).State);
        center.Host.Refuses = false;
        await Wait.UntilAsync(async () => await LostAsync(center) == 0, "the alarm is cleared");
        Assert.NotEmpty(await center.EventsAsync(EventIds.HostDisconnected));
    }

    private static Task<int> LostAsync(TestCenter center) =>
        center.Store.ReadAsync(db => db.Raw.Alarms.CountAsync(a => a.Alarm == AlarmIds.HostLost && a.ClearedAt == null));
}
