using Lorica.ControlPlane.Tests.Support;
using Lorica.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Hosts;

public sealed class SeveralHostsTests
{
    [Fact]
    public async Task A_key_goes_only_to_the_host_of_its_VM()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        foreach (var (vm, host) in new[] { ("a", "h1"), ("b", "h2") })
        {
            var task = await center.DoAsync("vms",
                $$"""{"name":"{{vm}}","host":"{{host}}","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576}]}""");
            Assert.Equal("succeeded", task.State);
        }

        Assert.Equal(("h1", "h2"), ((await center.VmAsync("a")).Host, (await center.VmAsync("b")).Host));
        Assert.Equal("kms1/" + (await center.VmAsync("a")).Key!.Id, Assert.Single(center.Hosts[0].Keys.Keys));
        Assert.Equal("kms1/" + (await center.VmAsync("b")).Key!.Id, Assert.Single(center.Hosts[1].Keys.Keys));
    }

    [Fact]
    public async Task A_VM_of_which_nobody_says_where_it_goes_is_put_on_a_host_that_fits_and_its_task_says_which()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        var first = await center.CreateAsync("a");
        var second = await center.CreateAsync("b");
        (await center.PostAsync("hosts/h1/maintenance", """{"enter":true}""")).EnsureSuccessStatusCode();
        var third = await center.CreateAsync("c");

        Assert.All([first, second, third], t => Assert.Equal("succeeded", t.State));
        Assert.Equal(("h1", "h2", "h2"),
            ((await center.VmAsync("a")).Host, (await center.VmAsync("b")).Host, (await center.VmAsync("c")).Host));
        Assert.Contains("c goes to host h2, datastore ds1.", third.Result?.ToString(), StringComparison.Ordinal);
        await center.DoAsync("vms", """{"name":"d","host":"h2","disks":[{"capacity":1048576}]}""");
        (await center.PostAsync("hosts/h2/maintenance", """{"enter":true}""")).EnsureSuccessStatusCode();
        var refused = await center.RefusedAsync("vms", """{"name":"e","disks":[{"capacity":1048576}]}""");
        Assert.Equal(("lorica.noHostFits", "No host can take it: h1 is in maintenance; h2 is in maintenance."),
            (refused.Code, refused.Detail));
    }

    [Fact]
    public async Task A_host_of_the_configuration_that_was_removed_stays_removed()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        await center.RestartAsync(async () =>
        {
            using var store = await CenterStore.OpenAsync(center.StateFolder, default);
            await store.WriteAsync(db => db.Raw.Hosts.Where(h => h.Id == TestCenter.SecondHostId).ExecuteDeleteAsync());
        });

        Assert.Equal(["h1"], await center.Store.ReadAsync(db => db.Raw.Hosts.Select(h => h.Name).ToListAsync()));
    }
}
