using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Background;

/// <summary>What a whole center does by the clock.</summary>
public sealed class BackgroundDriverTests
{
    [Fact]
    public async Task A_center_that_is_alone_owns_every_job_and_each_has_a_name_of_its_own()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var driver = center.Service<BackgroundDriver>();
        string[] all = [.. center.Service<IEnumerable<BackgroundJob>>().Select(j => j.Name)];
        Assert.Distinct(all);
        Assert.All(all, n => Assert.Matches("^[a-z]+(-[a-z]+)*$", n));
        await Wait.UntilAsync(() => driver.Owned.Count == all.Length, "every job has its owner");
        Assert.Equal(all, driver.Owned.Select(j => j.Name));
    }

    [Fact]
    public async Task A_job_that_fails_is_in_the_health_of_the_center()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var driver = center.Service<BackgroundDriver>();
        await Wait.UntilAsync(
            () => driver.Owned.Any(j => j.Name == "inventory-gauges" && j.LastRun is not null), "a first count");
        await center.Store.WriteAsync(db => db.Raw.Database.ExecuteSqlRawAsync("ALTER TABLE alarms RENAME TO alarms_away"));
        await Wait.UntilAsync(
            async () => (await center.GetAsync("../../health", RestJson.Default.HealthModel)).Parts
                .ContainsKey("background inventory-gauges"),
            "the failure is in the health");
        Assert.Equal("degraded", (await center.GetAsync("../../health", RestJson.Default.HealthModel)).Status);
        await center.Store.WriteAsync(db => db.Raw.Database.ExecuteSqlRawAsync("ALTER TABLE alarms_away RENAME TO alarms"));
        await Wait.UntilAsync(
            async () => !(await center.GetAsync("../../health", RestJson.Default.HealthModel)).Parts
                .ContainsKey("background inventory-gauges"),
            "it is well again");
    }
}
