using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class PagingTests
{
    [Fact]
    public async Task Lists_of_the_inventory_come_in_pages_and_are_filtered()
    {
        await using var center = await TestCenter.StartAsync();
        foreach (string name in new[] { "c1", "a1", "b1", "a2" })
        {
            await center.CreateAsync(name, name == "a2" ? TestCenter.EncryptionPolicy : null);
        }

        var first = await center.GetAsync("vms?limit=3", RestJson.Default.ListModelVmModel);
        var second = await center.GetAsync("vms?limit=3&cursor=" + first.Next, RestJson.Default.ListModelVmModel);
        Assert.Equal(["a1", "a2", "b1"], first.Items.Select(v => v.Name));
        Assert.Equal(["c1"], second.Items.Select(v => v.Name));
        Assert.Null(second.Next);
        Assert.Equal(
            ["a1", "a2"], (await center.GetAsync("vms?name=A*", RestJson.Default.ListModelVmModel)).Items.Select(v => v.Name));
        Assert.Equal(
            ["a2"], (await center.GetAsync("vms?encrypted=true", RestJson.Default.ListModelVmModel)).Items.Select(v => v.Name));
        Assert.Empty((await center.GetAsync("hosts?state=disconnected", RestJson.Default.ListModelHostModel)).Items);
        Assert.Equal("kms1",
            Assert.Single((await center.GetAsync("providers?limit=1", RestJson.Default.ListModelProviderModel)).Items).Name);
    }

    [Fact]
    public async Task Hosts_are_asked_about_the_VMs_of_the_page_and_no_other()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        foreach (string name in new[] { "a", "b", "c", "d" })
        {
            await center.CreateAsync(name);
        }

        string[] ids = [.. (await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items.Select(v => v.Id)];
        center.Host.Listed.Clear();
        var page = await center.GetAsync("vms?limit=1", RestJson.Default.ListModelVmModel);
        page = await center.GetAsync("vms?limit=1&cursor=" + page.Next, RestJson.Default.ListModelVmModel);
        Assert.Equal(["b"], page.Items.Select(v => v.Name));

        // One more than the page has tells whether another follows.
        Assert.Equal([ids[..2], ids[1..3]], center.Host.Listed);
        center.Host.Listed.Clear();
        Assert.Equal(["d"], (await center.GetAsync("vms?name=D*&host=H1", RestJson.Default.ListModelVmModel)).Items.Select(
            v => v.Name));
        Assert.Empty((await center.GetAsync("vms?host=h9", RestJson.Default.ListModelVmModel)).Items);
        Assert.Equal([[ids[3]]], center.Host.Listed);
    }

    [Fact]
    public async Task Pages_of_what_only_files_tell_are_full_and_end()
    {
        await using var center = await TestCenter.StartAsync();
        foreach (string name in new[] { "a", "b", "c", "d", "e" })
        {
            await center.CreateAsync(name, name is "b" or "d" ? TestCenter.EncryptionPolicy : null);
        }

        var first = await center.GetAsync("vms?encrypted=TRUE&limit=1", RestJson.Default.ListModelVmModel);
        var second = await center.GetAsync("vms?encrypted=TRUE&limit=1&cursor=" + first.Next, RestJson.Default.ListModelVmModel);
        Assert.Equal(["b", "d"], first.Items.Concat(second.Items).Select(v => v.Name));
        Assert.Null(second.Next);
        var rest = await center.GetAsync("vms?encrypted=false&cursor=" + first.Next, RestJson.Default.ListModelVmModel);
        Assert.Equal(["c", "e"], rest.Items.Select(v => v.Name));
        Assert.Equal(
            ["b"], (await center.GetAsync("vms?compliance=compliant&limit=1", RestJson.Default.ListModelVmModel)).Items.Select(
                v => v.Name));
        Assert.Equal(5, (await center.GetAsync("vms?powerState=poweredoff", RestJson.Default.ListModelVmModel)).Items.Count);
    }

    [Fact]
    public async Task Lists_of_people_come_in_pages_and_are_filtered()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        foreach (string name in new[] { "cleo", "ann", "bert" })
        {
            await center.PostAsync("users", $$"""{"name":"{{name}}","password":"correct horse"}""");
            await center.PostAsync("groups", $$"""{"name":"g{{name}}"}""");
        }

        var names = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await center.GetAsync(
                "users?limit=2" + (cursor.Length > 0 ? "&cursor=" + cursor : ""), RestJson.Default.ListModelUserModel);
            Assert.InRange(page.Items.Count, 1, 2);
            names.AddRange(page.Items.Select(u => u.Name));
            cursor = page.Next;
        }

        Assert.Equal(["administrator", "ann", "bert", "cleo"], names);
        Assert.Equal(
            ["gann"], (await center.GetAsync("groups?name=ga*", RestJson.Default.ListModelGroupModel)).Items.Select(g => g.Name));
        Assert.All(
            (await center.GetAsync("roles?builtIn=true", RestJson.Default.ListModelRoleModel)).Items, r =>
                Assert.True(r.BuiltIn));
        Assert.Equal(
            "administrator", Assert.Single((await center.GetAsync(
                "permissions?principal=administrator", RestJson.Default.ListModelPermissionModel)).Items).Principal);
        Assert.Single((await center.GetAsync("sessions?user=administrator", RestJson.Default.ListModelOpenSessionModel)).Items);
    }

    [Fact]
    public async Task The_tree_comes_in_pages_with_parents_before_their_children()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        foreach (var (name, parent) in new[] { ("!first", "Datacenter"), ("a b", "Datacenter"), ("a", "Datacenter"),
            ("b", "Datacenter/a") })
        {
            (await center.PostAsync("containers", $$"""{"kind":"folder","name":"{{name}}","parent":"{{parent}}"}"""))
                .EnsureSuccessStatusCode();
        }

        var paths = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await center.GetAsync("inventory?limit=1" + (cursor.Length > 0 ? "&cursor=" + cursor : ""),
                RestJson.Default.ListModelInventoryNodeModel);
            paths.AddRange(page.Items.Select(n => n.Path));
            cursor = page.Next;
        }

        Assert.Equal(
            (await center.GetAsync("inventory", RestJson.Default.ListModelInventoryNodeModel)).Items.Select(n => n.Path).Order(),
            paths.Order());
        Assert.All(
            paths.Skip(1), p => Assert.Contains(
                p.Contains('/', StringComparison.Ordinal) ? p[..p.LastIndexOf('/')] : "/", paths[..paths.IndexOf(p)]));
        Assert.Equal(
            ["h1"], (await center.GetAsync("inventory?kind=host", RestJson.Default.ListModelInventoryNodeModel)).Items.Select(
                n => n.Name));
    }
}
