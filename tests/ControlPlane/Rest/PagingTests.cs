using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class PagingTests
{
    [Fact]
    public async Task Lists_of_the_inventory_come_in_pages_and_are_filtered()
    {
        await using var center = await TestCenter.StartAsync();
        foreach (var name in new[] { "c1", "a1", "b1", "a2" })
        {
            await center.CreateAsync(name, name == "a2" ? TestCenter.EncryptionPolicy : null);
        }

        var first = await center.GetAsync("vms?limit=3", RestJson.Default.ListModelVmModel);
        var second = await center.GetAsync("vms?limit=3&cursor=" + first.Next, RestJson.Default.ListModelVmModel);
        Assert.Equal(["a1", "a2", "b1"], first.Items.Select(v => v.Name));
        Assert.Equal(["c1"], second.Items.Select(v => v.Name));
        Assert.Null(second.Next);
        Assert.Equal(["a1", "a2"], (await center.GetAsync("vms?name=A*", RestJson.Default.ListModelVmModel)).Items.Select(v => v.Name));
        Assert.Equal(["a2"], (await center.GetAsync("vms?encrypted=true", RestJson.Default.ListModelVmModel)).Items.Select(v => v.Name));
        Assert.Empty((await center.GetAsync("hosts?state=disconnected", RestJson.Default.ListModelHostModel)).Items);
        Assert.Equal("kms1", Assert.Single((await center.GetAsync("providers?limit=1", RestJson.Default.ListModelProviderModel)).Items).Name);
    }
}
