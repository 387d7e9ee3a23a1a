using System.Net;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Queries;

namespace Lorica.ControlPlane.Tests.Inventory;

public sealed class TreeTests
{
    [Fact]
    public async Task Folders_are_made_renamed_moved_and_deleted_only_when_empty()
    {
        await using var center = await TestCenter.StartAsync();
        await MakeAsync(center, """{"kind":"folder","name":"prod"}""");
        await MakeAsync(center, """{"kind":"folder","name":"web","parent":"Datacenter/prod"}""");
        await MakeAsync(center, """{"kind":"datacenter","name":"Berlin"}""");
        Assert.Equal("lorica.containerExists",
            (await center.RefusedAsync("containers", """{"kind":"folder","name":"PROD","parent":"Datacenter"}""")).Code);
        Assert.Equal("lorica.parentNeeded", (await center.RefusedAsync("containers", """{"kind":"cluster","name":"c"}""")).Code);
        Assert.Equal("lorica.containerParent", (await center.RefusedAsync(
            "containers", """{"kind":"folder","name":"f","parent":"Datacenter/Cluster"}""")).Code);
        Assert.Equal("lorica.containerCycle",
            (await center.RefusedAsync("containers/Datacenter/prod/move", """{"parent":"Datacenter/prod/web"}""")).Code);

        (await center.PostAsync("containers/Datacenter/prod/move", """{"parent":"Berlin"}""")).EnsureSuccessStatusCode();
        (await center.PostAsync("containers/Berlin/prod/rename", """{"name":"live"}""")).EnsureSuccessStatusCode();
        Assert.Contains("Berlin/live/web", await PathsAsync(center));
        var refused = await center.Http.DeleteAsync("/api/v1/containers/Berlin/live");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        foreach (string path in new[] { "Berlin/live/web", "Berlin/live", "Berlin" })
        {
            Assert.Equal(HttpStatusCode.NoContent, (await center.Http.DeleteAsync("/api/v1/containers/" + path)).StatusCode);
        }
    }

    [Fact]
    public async Task A_VM_is_found_by_its_place_in_the_tree_and_by_its_path_on_the_datastore()
    {
        await using var center = await TestCenter.StartAsync();
        await MakeAsync(center, """{"kind":"folder","name":"prod"}""");
        var task = await center.DoAsync("vms", """{"name":"web","folder":"Datacenter/prod","disks":[{"capacity":1048576}]}""");
        Assert.Equal("succeeded", task.State);
        Assert.Contains("Datacenter/prod/web", await PathsAsync(center));
        var vm = await center.VmAsync("web");
        Assert.Equal(vm.Id, (await center.VmAsync(Uri.EscapeDataString(vm.Path))).Id);
        Assert.Equal(
            vm.Id, (await center.Service<VmLookup>().FindAsync("Datacenter/prod/web", default)).Id);
        Assert.Equal("lorica.vmParent", (await center.RefusedAsync(
            "vms", """{"name":"x","folder":"Datacenter/Cluster","disks":[{"capacity":1048576}]}""")).Code);
    }

    private static async Task<List<string>> PathsAsync(TestCenter center) =>
        [.. (await center.GetAsync("inventory", RestJson.Default.ListModelInventoryNodeModel)).Items.Select(n => n.Path)];

    private static async Task MakeAsync(TestCenter center, string json)
    {
        var reply = await center.PostAsync("containers", json);
        Assert.True(reply.StatusCode == HttpStatusCode.Created, await reply.Content.ReadAsStringAsync());
    }
}
