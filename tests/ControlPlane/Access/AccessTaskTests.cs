using Lorica.Contracts.Rest;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>Each change of people, roles, permissions and tokens is a task; none of these tasks carries a secret.</summary>
public sealed class AccessTaskTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Each_change_is_a_task_and_none_carries_a_secret()
    {
        await using var world = await AccessWorld.StartAsync();
        var root = AccessWorld.Root;
        await world.Users.AddAsync(root, new AddUserBody("ann", "the first password"), None);
        await world.Users.SetPasswordAsync(root, "ann", "the second password", None);
        await world.Users.ChangeOwnPasswordAsync(
            new Caller("ann"), "the second password", "the third password", "192.0.2.1", None);
        await world.Groups.AddAsync(root, new AddGroupBody("team"), None);
        await world.Groups.AddMemberAsync(root, "team", "ann", None);
        await world.Groups.RemoveMemberAsync(root, "team", "ann", None);
        await world.Groups.RemoveAsync(root, "team", None);
        await world.Roles.CloneAsync(root, "ReadOnly", new CloneRoleBody("mine"), None);
        await world.Roles.SetAsync(root, "mine", new SetRoleBody(Add: [Privileges.PowerOn]), None);
        await world.Permissions.GrantAsync(root, new GrantBody("mine", "vm:web1", User: "ann"), None);
        await world.Permissions.RevokeAsync(root, "ann", null, "vm:web1", None);
        await world.Roles.RemoveAsync(root, "mine", None);
        var token = await world.Tokens.CreateAsync(new Caller("ann"), new CreateTokenBody(), None);
        await world.Tokens.RevokeAsync(root, token.Token.Id, None);
        await world.SignIn.SignInAsync("ann", "the third password", "192.0.2.1", None);
        var session = (await world.Sessions.ListAsync(new Caller("ann"), None)).Single();
        await world.Sessions.EndAsync(root, session.Id, None);
        await world.Users.RemoveAsync(root, "ann", None);

        var tasks = await TasksAsync(world);
        string[] expected =
        [
            "user.add ann", "user.setPassword ann", "user.setPassword ann", "group.add team", "group.addMember team",
            "group.removeMember team", "group.remove team", "role.clone mine", "role.change mine", "permission.grant ann",
            "permission.revoke ann", "role.remove mine", "token.create ann", "token.revoke " + token.Token.Id,
            "session.end ann", "user.remove ann",
        ];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal), tasks.Select(t => $"{t.Kind} {t.Target}").Order(StringComparer.Ordinal));
        Assert.All(tasks, t => Assert.Equal((TaskStates.Succeeded, 100, true), (t.State, t.Percent, t.EndedAt > 0)));
        Assert.Equal(2, tasks.Count(t => t.UserName == "ann"));
        foreach (string secret in (string[])["password", token.Secret])
        {
            Assert.DoesNotContain(
                tasks, t => (t.Arguments + t.Result + t.Target).Contains(secret, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task What_is_refused_leaves_no_task()
    {
        await using var world = await AccessWorld.StartAsync();
        await world.UserAsync("mallory", "NoCryptoAdmin");
        int before = (await TasksAsync(world)).Count;
        await AccessWorld.NoPermissionAsync(
            "root", () => world.Permissions.GrantAsync(
                new Caller("mallory"), new GrantBody("Admin", "root", User: "mallory"), None));
        await AccessWorld.RefusedAsync(() => world.Users.RemoveAsync(AccessWorld.Root, "nobody", None));
        Assert.Equal(before, (await TasksAsync(world)).Count);
    }

    private static Task<List<TaskRow>> TasksAsync(AccessWorld world) =>
        world.Store.ReadAsync(db => db.Raw.Tasks.ToListAsync());
}
