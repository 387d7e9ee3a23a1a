using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Access;

public sealed class PermissionTests : IAsyncLifetime
{
    private AccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await AccessWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task The_first_administrator_holds_everything_everywhere()
    {
        foreach (var target in (ObjectRef[])[ObjectRef.Root, AccessWorld.Web2, AccessWorld.Host, ObjectRef.Provider("kms1")])
        {
            Assert.True(await _world.HoldsAsync(AccessWorld.Root, Privileges.CryptoAccess, target));
        }
    }

    [Fact]
    public async Task Who_has_no_permission_holds_nothing()
    {
        var bob = await _world.UserAsync("bob");
        var fault = await AccessWorld.RefusedAsync(
            () => _world.Authorizer.RequireAsync(bob, Privileges.View, AccessWorld.Web1, default));
        Assert.Equal((FaultTypes.NoPermission, Privileges.View, "web1"), (fault.Type, fault.Key, fault.Object));
        Assert.Contains("lorica permission grant", fault.Hint, StringComparison.Ordinal);
        Assert.False(await _world.HoldsAsync(new Caller("nobody"), Privileges.View, AccessWorld.Web1));
    }

    [Fact]
    public async Task A_permission_holds_below_its_object_and_nowhere_else()
    {
        var bob = await _world.UserAsync("bob", "Admin", "folder:dev");
        Assert.True(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Dev));
        Assert.True(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Web1));
        Assert.True(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Web2));
        Assert.False(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Db1));
        Assert.False(await _world.HoldsAsync(bob, Privileges.View, AccessWorld.Host));
        Assert.False(await _world.HoldsAsync(bob, Privileges.View, ObjectRef.Root));
    }

    [Fact]
    public async Task Without_propagation_it_holds_at_its_object_only()
    {
        var bob = await _world.UserAsync("bob", "Admin", "folder:dev", propagate: false);
        Assert.True(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Dev));
        Assert.False(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Web1));
    }

    [Fact]
    public async Task The_nearest_permission_wins_although_it_gives_less()
    {
        var bob = await _world.UserAsync("bob", "Admin");
        await _world.GrantAsync("bob", "NoAccess", "folder:dev");
        await _world.GrantAsync("bob", "ReadOnly", "vm:web2");
        Assert.False(await _world.HoldsAsync(bob, Privileges.View, AccessWorld.Web1));
        Assert.True(await _world.HoldsAsync(bob, Privileges.View, AccessWorld.Web2));
        Assert.False(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Web2));
        Assert.True(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Db1));
    }

    [Fact]
    public async Task At_one_object_groups_add_up_and_ones_own_permission_beats_them()
    {
        await _world.RoleAsync("starter", Privileges.PowerOn);
        await _world.RoleAsync("stopper", Privileges.PowerOff);
        var bob = await _world.UserAsync("bob");
        var eve = await _world.UserAsync("eve", "ReadOnly", "folder:dev");
        await _world.GroupAsync("starters", "starter", "folder:dev", "bob", "eve");
        await _world.GroupAsync("stoppers", "stopper", "folder:dev", "bob", "eve");
        Assert.True(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Web1));
        Assert.True(await _world.HoldsAsync(bob, Privileges.PowerOff, AccessWorld.Web1));
        Assert.False(await _world.HoldsAsync(eve, Privileges.PowerOn, AccessWorld.Web1));
        Assert.True(await _world.HoldsAsync(eve, Privileges.View, AccessWorld.Web1));
    }

    [Fact]
    public async Task A_group_nearer_to_the_object_beats_a_group_above()
    {
        var bob = await _world.UserAsync("bob");
        await _world.GroupAsync("admins", "Admin", "root", "bob");
        await _world.GroupAsync("guests", "ReadOnly", "folder:prod", "bob");
        Assert.True(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Web1));
        Assert.False(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Db1));
    }

    [Fact]
    public async Task The_id_of_what_hangs_at_the_root_is_no_place_for_a_permission()
    {
        // A provider may be called as a folder's id is.
        var bob = await _world.UserAsync("bob", "Admin", "folder:dev");
        Assert.False(await _world.HoldsAsync(bob, Privileges.ManageKeyServers, ObjectRef.Provider(AccessWorld.Dev.Id)));
        Assert.False(await _world.HoldsAsync(bob, Privileges.PowerOn, new ObjectRef(ObjectKinds.Vm, AccessWorld.Dev.Id, "x")));
    }

    [Fact]
    public async Task A_list_in_memory_says_what_single_questions_say()
    {
        var bob = await _world.UserAsync("bob", "NoCryptoAdmin");
        await _world.GrantAsync("bob", "NoAccess", "folder:deep");
        await _world.GroupAsync("crypto", "Admin", "vm:db1", "bob");
        var view = await _world.Authorizer.ViewAsync(bob, default);
        foreach (var target in (ObjectRef[])[ObjectRef.Root, AccessWorld.Dev, AccessWorld.Web1, AccessWorld.Web2,
            AccessWorld.Db1, AccessWorld.Host])
        {
            foreach (string privilege in Privileges.All)
            {
                Assert.Equal(await _world.HoldsAsync(bob, privilege, target), view.Holds(privilege, target));
            }
        }
    }

    [Fact]
    public async Task A_privilege_that_is_not_in_the_list_is_a_mistake_of_the_program() =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => _world.HoldsAsync(AccessWorld.Root, "Cryptographer.Everything", ObjectRef.Root));

    [Fact]
    public void The_built_in_roles_have_the_ids_of_the_original()
    {
        Assert.Equal(
            [("Admin", -1), ("ReadOnly", -2), ("View", -3), ("Anonymous", -4), ("NoAccess", -5), ("NoCryptoAdmin", -6)],
            BuiltInRoles.All.Select(r => (r.Name, r.Id)));
        Assert.Equal(
            Privileges.All.Where(p => p.StartsWith("Cryptographer.", StringComparison.Ordinal)).Concat(
            [
                "Global.Diagnostics", "Host.Inventory.AddHostToCluster", "Host.Inventory.AddStandaloneHost",
                "Host.Local.ManageUserGroups",
            ]).Order(StringComparer.Ordinal),
            Privileges.All.Except(BuiltInRoles.NoCryptoAdmin.Privileges).Order(StringComparer.Ordinal));
        Assert.Equal(14, Privileges.All.Count(Privileges.IsCrypto));
    }

    [Fact]
    public async Task A_built_in_role_is_cloned_not_edited()
    {
        var fault = await AccessWorld.RefusedAsync(
            () => _world.Roles.SetAsync(
                AccessWorld.Root, "NoCryptoAdmin", new SetRoleBody(Add: [Privileges.CryptoAccess]), default));
        Assert.Equal((FaultTypes.NotSupported, "lorica.roleBuiltIn"), (fault.Type, fault.Key));
        Assert.Equal("lorica.roleBuiltIn",
            (await AccessWorld.RefusedAsync(() => _world.Roles.RemoveAsync(AccessWorld.Root, "-1", default))).Key);
        var clone = await _world.Roles.CloneAsync(AccessWorld.Root, "NoCryptoAdmin", new CloneRoleBody("operator"), default);
        Assert.True(clone.Id > 0);
        var changed = await _world.Roles.SetAsync(AccessWorld.Root, "operator",
            new SetRoleBody(Add: [Privileges.CryptoAccess], Remove: [Privileges.DeleteVm]), default);
        Assert.Contains(Privileges.CryptoAccess, changed.Privileges);
        Assert.DoesNotContain(Privileges.DeleteVm, changed.Privileges);
        Assert.Contains(Privileges.View, changed.Privileges);
    }

    [Fact]
    public async Task A_changed_role_counts_from_the_next_question_on_and_one_in_use_is_not_removed()
    {
        await _world.RoleAsync("operator", Privileges.PowerOn);
        var bob = await _world.UserAsync("bob", "operator", "folder:dev");
        await _world.Roles.SetAsync(AccessWorld.Root, "operator", new SetRoleBody(Remove: [Privileges.PowerOn]), default);
        Assert.False(await _world.HoldsAsync(bob, Privileges.PowerOn, AccessWorld.Web1));
        Assert.Equal("lorica.roleInUse",
            (await AccessWorld.RefusedAsync(() => _world.Roles.RemoveAsync(AccessWorld.Root, "operator", default))).Key);
        await _world.Permissions.RevokeAsync(AccessWorld.Root, "bob", null, "folder:dev", default);
        await _world.Roles.RemoveAsync(AccessWorld.Root, "operator", default);
        Assert.DoesNotContain(await _world.Roles.ListAsync(default), r => r.Name == "operator");
    }

    [Fact]
    public async Task Two_thousand_VMs_are_looked_at_with_one_load()
    {
        await _world.Store.WriteAsync(db =>
        {
            db.Raw.Vms.AddRange(Enumerable.Range(0, 2000).Select(i => new Lorica.Store.Rows.VmRow
            {
                Id = $"many-{i}", Name = $"many-{i}", HostId = "host-1", Datastore = "ds",
                State = VmStates.Present, ParentId = i % 2 == 0 ? "folder-deep" : AccessWorld.Prod.Id,
            }));
            return Task.CompletedTask;
        });
        var bob = await _world.UserAsync("bob", "ReadOnly", "folder:dev");
        var view = await _world.Authorizer.ViewAsync(bob, default);
        Assert.Equal(
            1000, Enumerable.Range(0, 2000).Count(
                i => view.Holds(Privileges.View, new ObjectRef(ObjectKinds.Vm, $"many-{i}", ""))));
    }
}
