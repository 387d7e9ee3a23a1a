using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Access;

public sealed class TokenTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private AccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await AccessWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_token_holds_what_its_scope_leaves_at_and_below_its_object()
    {
        var token = await TokenAsync(new CreateTokenBody(Privileges: [Privileges.PowerOn], Object: "folder:dev"));
        Assert.True(await _world.HoldsAsync(token, Privileges.PowerOn, AccessWorld.Web2));
        Assert.True(await _world.HoldsAsync(token, Privileges.View, AccessWorld.Web2));
        Assert.False(await _world.HoldsAsync(token, Privileges.PowerOff, AccessWorld.Web2));
        Assert.False(await _world.HoldsAsync(token, Privileges.PowerOn, AccessWorld.Db1));
        Assert.False(await _world.HoldsAsync(token, Privileges.View, ObjectRef.Root));
    }

    [Fact]
    public async Task A_token_loses_what_its_owner_loses()
    {
        var bob = await _world.UserAsync("bob", "Admin", "folder:dev");
        var made = await _world.Tokens.CreateAsync(bob, new CreateTokenBody(), None);
        var token = await _world.SignIn.AuthenticateAsync(made.Secret, None);
        Assert.True(await _world.HoldsAsync(token, Privileges.PowerOn, AccessWorld.Web1));
        await _world.Permissions.RevokeAsync(AccessWorld.Root, "bob", null, "folder:dev", None);
        Assert.False(await _world.HoldsAsync(token, Privileges.PowerOn, AccessWorld.Web1));
    }

    [Fact]
    public async Task A_token_ends_by_its_date_by_revocation_and_with_its_owner()
    {
        var bob = await _world.UserAsync("bob", "Admin");
        var made = await _world.Tokens.CreateAsync(bob, new CreateTokenBody(Hours: 1), None);
        var other = await _world.Tokens.CreateAsync(bob, new CreateTokenBody(Hours: 100), None);
        var token = await _world.SignIn.AuthenticateAsync(made.Secret, None);
        var second = await _world.SignIn.AuthenticateAsync(other.Secret, None);
        _world.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(
            "lorica.notSignedIn", (await AccessWorld.RefusedAsync(() => _world.SignIn.AuthenticateAsync(made.Secret, None))).Key);

        // A caller from before its end holds nothing either: work that goes on is checked by that.
        Assert.False(await _world.HoldsAsync(token, Privileges.View, AccessWorld.Web1));
        Assert.True(await _world.HoldsAsync(second, Privileges.View, AccessWorld.Web1));
        await _world.Tokens.RevokeAsync(bob, other.Token.Id, None);
        Assert.Equal("lorica.notSignedIn",
            (await AccessWorld.RefusedAsync(() => _world.SignIn.AuthenticateAsync(other.Secret, None))).Key);
        Assert.False(await _world.HoldsAsync(second, Privileges.View, AccessWorld.Web1));
        var third = await _world.Tokens.CreateAsync(bob, new CreateTokenBody(), None);
        await _world.Users.RemoveAsync(AccessWorld.Root, "bob", None);
        Assert.Equal("lorica.notSignedIn",
            (await AccessWorld.RefusedAsync(() => _world.SignIn.AuthenticateAsync(third.Secret, None))).Key);
    }

    [Fact]
    public async Task A_token_makes_no_user_who_would_outlive_it()
    {
        var token = await TokenAsync(new CreateTokenBody());
        Assert.Equal("lorica.sessionNeeded", (await AccessWorld.RefusedAsync(
            () => _world.Users.AddAsync(token, new AddUserBody("mallory", AccessWorld.Password), None))).Key);
        Assert.Equal("lorica.sessionNeeded", (await AccessWorld.RefusedAsync(
            () => _world.Users.SetPasswordAsync(token, AccessWorld.Root.User, AccessWorld.Password, None))).Key);
    }

    [Fact]
    public async Task The_database_knows_no_token()
    {
        var made = await _world.Tokens.CreateAsync(AccessWorld.Root, new CreateTokenBody("ci"), None);
        Assert.StartsWith("lorica_", made.Secret, StringComparison.Ordinal);
        var row = await _world.Store.ReadAsync(db => db.Raw.Tokens.SingleAsync());
        Assert.NotEqual(made.Secret, row.TokenHash);
        Assert.Equal(64, row.TokenHash.Length);
        Assert.Equal("ci", Assert.Single(await _world.Tokens.ListAsync(AccessWorld.Root, all: false, None)).Description);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(366 * 24 + 1)]
    public async Task A_token_always_ends(int hours) => Assert.Equal(
        "lorica.tokenLife", (await AccessWorld.RefusedAsync(
            () => _world.Tokens.CreateAsync(AccessWorld.Root, new CreateTokenBody(Hours: hours), None))).Key);

    [Fact]
    public async Task A_session_ends_when_nobody_uses_it_for_an_hour_and_not_before()
    {
        var session = await _world.SignIn.SignInAsync(AccessWorld.Root.User, AccessWorld.Password, "192.0.2.1", None);
        for (int i = 0; i < 4; i++)
        {
            _world.Time.Advance(TimeSpan.FromMinutes(59));
            await _world.SignIn.AuthenticateAsync(session.Token, None);
        }

        _world.Time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal("lorica.notSignedIn",
            (await AccessWorld.RefusedAsync(() => _world.SignIn.AuthenticateAsync(session.Token, None))).Key);
        Assert.Empty(await _world.Sessions.ListAsync(AccessWorld.Root, None));
    }

    [Fact]
    public async Task A_session_lasts_eight_hours_however_it_is_used()
    {
        var session = await _world.SignIn.SignInAsync(AccessWorld.Root.User, AccessWorld.Password, "192.0.2.1", None);
        for (int i = 0; i < 15; i++)
        {
            _world.Time.Advance(TimeSpan.FromMinutes(30));
            await _world.SignIn.AuthenticateAsync(session.Token, None);
        }

        _world.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal("lorica.notSignedIn",
            (await AccessWorld.RefusedAsync(() => _world.SignIn.AuthenticateAsync(session.Token, None))).Key);
    }

    [Fact]
    public async Task One_ends_ones_own_sessions_and_those_of_others_with_the_privilege()
    {
        var bob = await _world.UserAsync("bob");
        await _world.SignIn.SignInAsync("bob", AccessWorld.Password, "192.0.2.1", None);
        var session = await _world.SignIn.SignInAsync(AccessWorld.Root.User, AccessWorld.Password, "192.0.2.1", None);
        Assert.Equal(2, (await _world.Sessions.ListAsync(AccessWorld.Root, None)).Count);
        var own = Assert.Single(await _world.Sessions.ListAsync(bob, None));
        var other = (await _world.Sessions.ListAsync(AccessWorld.Root, None)).First(s => s.User != "bob");
        Assert.Equal(Privileges.TerminateSession,
            await AccessWorld.NoPermissionAsync("root", () => _world.Sessions.EndAsync(bob, other.Id, None)));
        await _world.Sessions.EndAsync(bob, own.Id, None);
        await _world.Sessions.EndAsync(AccessWorld.Root, other.Id, None);
        await AccessWorld.RefusedAsync(() => _world.SignIn.AuthenticateAsync(session.Token, None));
    }

    [Fact]
    public async Task A_changed_password_ends_the_sessions_and_a_wrong_old_one_counts_as_a_failed_sign_in()
    {
        var bob = await _world.UserAsync("bob");
        var session = await _world.SignIn.SignInAsync("bob", AccessWorld.Password, "192.0.2.1", None);
        await _world.Users.ChangeOwnPasswordAsync(bob, AccessWorld.Password, "another password", "192.0.2.1", None);
        await AccessWorld.RefusedAsync(() => _world.SignIn.AuthenticateAsync(session.Token, None));
        await _world.SignIn.SignInAsync("bob", "another password", "192.0.2.1", None);
        for (int i = 0; i < SignInThrottle.Limit; i++)
        {
            Assert.Equal("lorica.signInRefused", (await AccessWorld.RefusedAsync(
                () => _world.Users.ChangeOwnPasswordAsync(bob, "wrong password", "third password", "192.0.2.1", None))).Key);
        }

        Assert.Equal("lorica.signInLocked", (await AccessWorld.RefusedAsync(
            () => _world.SignIn.SignInAsync("bob", "another password", "192.0.2.1", None))).Key);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaaaa")]
    [InlineData("Frederica")]
    public async Task A_poor_password_is_refused(string password) => Assert.Equal(
        "lorica.password", (await AccessWorld.RefusedAsync(
            () => _world.Users.AddAsync(AccessWorld.Root, new AddUserBody("frederica", password), None))).Key);

    [Theory]
    [InlineData("system")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("ADMINISTRATOR")]
    public async Task A_name_that_could_be_taken_for_another_is_refused(string name) =>
        await AccessWorld.RefusedAsync(
            () => _world.Users.AddAsync(AccessWorld.Root, new AddUserBody(name, AccessWorld.Password), None));

    private async Task<Caller> TokenAsync(CreateTokenBody body) => await _world.SignIn.AuthenticateAsync(
        (await _world.Tokens.CreateAsync(AccessWorld.Root, body, None)).Secret, None);
}
