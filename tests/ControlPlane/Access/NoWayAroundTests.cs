using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store.Queries;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>Mallory is NoCryptoAdmin at the root and tries to become more.</summary>
public sealed class NoWayAroundTests : IAsyncLifetime
{
    private const string Group = "crypto-admins";
    private static readonly CancellationToken None = CancellationToken.None;

    private AccessWorld _world = null!;
    private Caller _mallory = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await AccessWorld.StartAsync();
        _mallory = await _world.UserAsync("mallory", "NoCryptoAdmin");
        await _world.UserAsync("mate");
        await _world.UserAsync("cora");
        await _world.GroupAsync(Group, "Admin", "root", "cora");
    }

    public async ValueTask DisposeAsync()
    {
        Assert.False(await _world.HoldsAsync(_mallory, Privileges.CryptoAccess, AccessWorld.Web1));
        await _world.DisposeAsync();
    }

    [Theory]
    [InlineData("Admin", "root")]
    [InlineData("Admin", "vm:web1")]
    [InlineData("Admin", "folder:dev")]
    public async Task Granting_himself_or_a_mate_a_role_that_holds_more_is_refused(string role, string at)
    {
        foreach (string who in (string[])["mallory", "mate"])
        {
            string missing = await AccessWorld.NoPermissionAsync(
                at.Split(':')[^1], () => _world.Permissions.GrantAsync(_mallory, new GrantBody(role, at, User: who), None));
            Assert.Contains(missing, Privileges.All.Except(BuiltInRoles.NoCryptoAdmin.Privileges));
        }
    }

    [Fact]
    public async Task What_he_holds_himself_he_may_give()
    {
        await _world.Permissions.GrantAsync(_mallory, new GrantBody("NoCryptoAdmin", "folder:dev", User: "mate"), None);
        Assert.True(await _world.HoldsAsync(new Caller("mate"), Privileges.PowerOn, AccessWorld.Web1));
        await _world.Permissions.RevokeAsync(_mallory, "mate", null, "folder:dev", None);
        Assert.False(await _world.HoldsAsync(new Caller("mate"), Privileges.PowerOn, AccessWorld.Web1));
    }

    [Fact]
    public async Task A_group_that_holds_more_takes_no_member_from_him_and_loses_none()
    {
        await AccessWorld.NoPermissionAsync("root", () => _world.Groups.AddMemberAsync(_mallory, Group, "mallory", None));
        await AccessWorld.NoPermissionAsync("root", () => _world.Groups.AddMemberAsync(_mallory, Group, "mate", None));
        await AccessWorld.NoPermissionAsync("root", () => _world.Groups.RemoveMemberAsync(_mallory, Group, "cora", None));
        await AccessWorld.NoPermissionAsync("root", () => _world.Groups.RemoveAsync(_mallory, Group, None));
    }

    [Fact]
    public async Task A_role_that_holds_more_is_neither_cloned_nor_edited_nor_removed_by_him()
    {
        await _world.RoleAsync("keeper", Privileges.CryptoAccess);
        await AccessWorld.NoPermissionAsync(
            "root", () => _world.Roles.CloneAsync(_mallory, "Admin", new CloneRoleBody("mine"), None));
        await AccessWorld.NoPermissionAsync(
            "root", () => _world.Roles.SetAsync(_mallory, "keeper", new SetRoleBody(Remove: [Privileges.CryptoAccess]), None));
        await AccessWorld.NoPermissionAsync("root", () => _world.Roles.RemoveAsync(_mallory, "keeper", None));
        await _world.Roles.CloneAsync(_mallory, "NoCryptoAdmin", new CloneRoleBody("mine"), None);
        Assert.Equal(Privileges.Decrypt, await AccessWorld.NoPermissionAsync(
            "root", () => _world.Roles.SetAsync(_mallory, "mine", new SetRoleBody(Add: [Privileges.Decrypt]), None)));
    }

    [Fact]
    public async Task A_role_that_he_has_does_not_grow_by_his_hand()
    {
        await _world.Roles.CloneAsync(AccessWorld.Root, "NoCryptoAdmin", new CloneRoleBody("ops"), None);
        await _world.GrantAsync("mallory", "ops");
        await AccessWorld.NoPermissionAsync(
            "root", () => _world.Roles.SetAsync(_mallory, "ops", new SetRoleBody(Add: [Privileges.CryptoAccess]), None));
    }

    [Fact]
    public async Task A_permission_that_takes_away_from_him_cannot_be_revoked_by_him()
    {
        var ann = await _world.UserAsync("ann", "Admin");
        await _world.GrantAsync("ann", "NoCryptoAdmin", "folder:prod");

        // Without it she would be Admin at prod as at the root.
        Assert.Equal("prod",
            (await AccessWorld.RefusedAsync(() => _world.Permissions.RevokeAsync(ann, "ann", null, "folder:prod", None))).Object);
        Assert.False(await _world.HoldsAsync(ann, Privileges.CryptoAccess, AccessWorld.Db1));

        // Nor does she get there through a mate to whom she gives at the root what she does not hold at prod.
        Assert.Equal(
            "prod", (await AccessWorld.RefusedAsync(
                () => _world.Permissions.GrantAsync(ann, new GrantBody("Admin", "root", User: "mate"), None))).Object);
        Assert.Equal(
            "prod", (await AccessWorld.RefusedAsync(() => _world.Groups.AddMemberAsync(ann, Group, "mate", None))).Object);
    }

    [Fact]
    public async Task A_permission_that_ends_at_its_object_gives_nothing_away()
    {
        var ann = await _world.UserAsync("ann", "NoCryptoAdmin");
        await _world.GrantAsync("ann", "Admin", "folder:dev", propagate: false);
        Assert.True(await _world.HoldsAsync(ann, Privileges.CryptoAccess, AccessWorld.Dev));
        await AccessWorld.NoPermissionAsync(
            "dev", () => _world.Permissions.GrantAsync(ann, new GrantBody("Admin", "folder:dev", User: "mate"), None));
        await AccessWorld.NoPermissionAsync(
            "dev", () => _world.Permissions.GrantAsync(ann, new GrantBody("Admin", "folder:dev", User: "ann"), None));
    }

    [Fact]
    public async Task The_permissions_of_who_holds_more_are_neither_edited_nor_revoked()
    {
        await AccessWorld.NoPermissionAsync(
            "root", () => _world.Permissions.RevokeAsync(_mallory, AccessWorld.Root.User, null, "root", None));
        await AccessWorld.NoPermissionAsync("root", () => _world.Permissions.RevokeAsync(_mallory, null, Group, "root", None));
        await AccessWorld.NoPermissionAsync("root",
            () => _world.Permissions.GrantAsync(_mallory, new GrantBody("ReadOnly", "root", User: AccessWorld.Root.User), None));
        await AccessWorld.NoPermissionAsync(
            "web1", () => _world.Permissions.GrantAsync(_mallory, new GrantBody("NoAccess", "vm:web1", User: "cora"), None));
    }

    [Fact]
    public async Task The_password_of_who_holds_more_is_not_set_and_he_is_not_removed()
    {
        await AccessWorld.NoPermissionAsync(
            "root", () => _world.Users.SetPasswordAsync(_mallory, "cora", "a new password", None));
        await AccessWorld.NoPermissionAsync(
            "root", () => _world.Users.SetPasswordAsync(_mallory, AccessWorld.Root.User, "a new password", None));
        await AccessWorld.NoPermissionAsync("root", () => _world.Users.RemoveAsync(_mallory, "cora", None));
        await _world.SignIn.SignInAsync("cora", AccessWorld.Password, "192.0.2.1", None);
        await _world.Users.SetPasswordAsync(_mallory, "mate", "a new password", None);
    }

    [Fact]
    public async Task Who_holds_more_at_one_object_only_keeps_his_password_too()
    {
        await _world.GrantAsync("mate", "Admin", "vm:web1");
        await AccessWorld.NoPermissionAsync(
            "web1", () => _world.Users.SetPasswordAsync(_mallory, "mate", "a new password", None));
        await AccessWorld.NoPermissionAsync("web1", () => _world.Users.RemoveAsync(_mallory, "mate", None));
    }

    [Fact]
    public async Task The_tokens_of_who_holds_more_are_not_revoked()
    {
        var token = await _world.Tokens.CreateAsync(new Caller("cora"), new CreateTokenBody(), None);
        await AccessWorld.NoPermissionAsync("root", () => _world.Tokens.RevokeAsync(_mallory, token.Token.Id, None));
        Assert.Equal("cora", (await _world.SignIn.AuthenticateAsync(token.Secret, None)).User);
    }

    [Fact]
    public async Task A_token_gives_its_owner_nothing_more_and_makes_no_other()
    {
        var made = await _world.Tokens.CreateAsync(
            _mallory, new CreateTokenBody(Privileges: [Privileges.CryptoAccess, Privileges.PowerOn]), None);
        var token = await _world.SignIn.AuthenticateAsync(made.Secret, None);
        Assert.True(await _world.HoldsAsync(token, Privileges.PowerOn, AccessWorld.Web1));
        Assert.False(await _world.HoldsAsync(token, Privileges.CryptoAccess, AccessWorld.Web1));
        Assert.Equal("lorica.sessionNeeded",
            (await AccessWorld.RefusedAsync(() => _world.Tokens.CreateAsync(token, new CreateTokenBody(), None))).Key);
        Assert.Equal("lorica.sessionNeeded", (await AccessWorld.RefusedAsync(
            () => _world.Users.ChangeOwnPasswordAsync(token, AccessWorld.Password, "a new password", "", None))).Key);
    }

    [Fact]
    public async Task A_narrow_token_of_an_administrator_gives_away_no_more_than_it_holds()
    {
        var made = await _world.Tokens.CreateAsync(
            AccessWorld.Root,
            new CreateTokenBody(Privileges: [Privileges.ModifyPermissions, Privileges.ManageUsers, Privileges.PowerOn]), None);
        var token = await _world.SignIn.AuthenticateAsync(made.Secret, None);
        await AccessWorld.NoPermissionAsync(
            "root", () => _world.Permissions.GrantAsync(token, new GrantBody("Admin", "root", User: "mate"), None));
        await AccessWorld.NoPermissionAsync("root", () => _world.Groups.AddMemberAsync(token, Group, "mate", None));
        Assert.Equal("lorica.sessionNeeded",
            (await AccessWorld.RefusedAsync(() => _world.Users.SetPasswordAsync(token, "cora", "a new password", None))).Key);
    }

    [Fact]
    public async Task Taking_a_VM_where_he_holds_more_gives_him_no_crypto_privilege()
    {
        var ann = await _world.UserAsync("ann", "NoCryptoAdmin", "folder:prod");
        await _world.GrantAsync("ann", "Admin", "folder:dev");
        var rules = new MoveRules(_world.Store, new RefusalAudit(_world.Refusals), _world.Time);
        Assert.True(Privileges.IsCrypto(
            await AccessWorld.NoPermissionAsync("db1", () => rules.RequireAsync(ann, AccessWorld.Db1, AccessWorld.Dev, None))));
        Assert.Single(
            await _world.Events.ListAsync(new EventQuery { Id = EventIds.PrivilegeRefused, Object = AccessWorld.Db1.Id }, None));
        await rules.RequireAsync(ann, AccessWorld.Web1, AccessWorld.Prod, None);
        await rules.RequireAsync(AccessWorld.Root, AccessWorld.Db1, AccessWorld.Dev, None);
    }

    [Fact]
    public async Task A_refused_attempt_leaves_an_audit_event_and_nothing_else()
    {
        await AccessWorld.NoPermissionAsync(
            "root", () => _world.Permissions.GrantAsync(_mallory, new GrantBody("Admin", "root", User: "mallory"), None));
        var events = await _world.Events.ListAsync(null, 100, None);
        var refused = Assert.Single(events, e => e.Id == EventIds.AccessRefused);
        Assert.Equal("mallory", refused.User);
        Assert.DoesNotContain(events, e => e.Id == EventIds.PermissionUpdated);
    }

    [Fact]
    public async Task The_last_administrator_is_not_removed_in_whatever_way()
    {
        await _world.Permissions.RevokeAsync(AccessWorld.Root, null, Group, "root", None);
        string[] keys =
        [
            (await AccessWorld.RefusedAsync(() => _world.Users.RemoveAsync(AccessWorld.Root, AccessWorld.Root.User, None))).Key,
            (await AccessWorld.RefusedAsync(
                () => _world.Permissions.RevokeAsync(AccessWorld.Root, AccessWorld.Root.User, null, "root", None))).Key,
            (await AccessWorld.RefusedAsync(() => _world.Permissions.GrantAsync(
                AccessWorld.Root, new GrantBody("ReadOnly", "root", User: AccessWorld.Root.User), None))).Key,
            (await AccessWorld.RefusedAsync(
                () => _world.Permissions.GrantAsync(
                    AccessWorld.Root, new GrantBody("Admin", "root", User: AccessWorld.Root.User, Propagate: false), None))).Key,
            (await AccessWorld.RefusedAsync(() => _world.Permissions.GrantAsync(
                AccessWorld.Root, new GrantBody("NoAccess", "folder:dev", User: AccessWorld.Root.User), None))).Key,
        ];
        Assert.All(keys, k => Assert.Equal("lorica.lastAdministrator", k));
    }

    [Fact]
    public async Task The_last_administrator_leaves_when_another_is_there()
    {
        await _world.Users.RemoveAsync(new Caller("cora"), AccessWorld.Root.User, None);
        Assert.False(await _world.HoldsAsync(AccessWorld.Root, Privileges.View, ObjectRef.Root));
        Assert.Equal("lorica.lastAdministrator", (await AccessWorld.RefusedAsync(
            () => _world.Groups.RemoveMemberAsync(new Caller("cora"), Group, "cora", None))).Key);
    }
}
