using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>What the database picks for a caller is what the permissions say of each VM, however they lie.</summary>
public sealed class VmScopeTests
{
    private const int Folders = 9, Vms = 60, People = 4;

    private static readonly string[] RoleIds = ["Admin", "ReadOnly", "View", "Anonymous", "NoAccess"];

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("c")]
    [InlineData(null)]
    public async Task The_database_picks_the_VMs_that_permissions_show(string? seed)
    {
        seed ??= Dice.NewSeed();
        var dice = new Dice(seed);
        await using var world = await AccessWorld.StartAsync();
        await InventoryAsync(world, dice);
        var callers = await PeopleAsync(world, dice);
        callers.Add(AccessWorld.Root);
        callers.Add(Caller.System);
        callers.Add(new Caller("nobody"));
        foreach (var caller in callers)
        {
            foreach (string privilege in new[] { Privileges.View, Privileges.PowerOn })
            {
                var view = await world.Authorizer.ViewAsync(caller, default);
                var scope = await world.Authorizer.VmsAsync(caller, privilege, default);
                var (all, picked) = await world.Store.ReadAsync(async db => (
                    await db.Vms.PlacesAsync(default), await db.Vms.PageAsync(new VmSelection(scope), null, 1000, default)));
                Assert.True(
                    all.Where(v => view.Holds(privilege, ObjectRef.Of(v))).SequenceEqual(picked),
                    $"Seed {seed}: {caller.User} {caller.TokenId} {privilege}: {scope}");
            }
        }
    }

    private static Task InventoryAsync(AccessWorld world, Dice dice) => world.Store.WriteAsync(db =>
    {
        for (int n = 0; n < Folders; n++)
        {
            int above = dice.Next(n + 1);
            db.Containers.Add(new ContainerRow
            {
                Id = $"f{n}", Kind = ObjectKinds.Folder, Name = $"f{n}",
                ParentId = above == n ? InventoryIds.FirstDatacenter : $"f{above}",
            });
        }

        for (int n = 0; n < Vms; n++)
        {
            // One in ten is in a container that is not there any more.
            int folder = dice.Next(Folders + 2);
            db.Vms.Add(new VmRow
            {
                Id = $"v{n}", Name = $"v{n:D2}", HostId = AccessWorld.Host.Id, Datastore = "ds", State = VmStates.Present,
                ParentId = folder < Folders ? $"f{folder}" : folder == Folders ? InventoryIds.FirstDatacenter : "gone",
            });
        }

        return Task.CompletedTask;
    });

    private static async Task<List<Caller>> PeopleAsync(AccessWorld world, Dice dice)
    {
        string Place() => dice.Next(4) switch
        {
            0 => "root",
            1 => "datacenter:Datacenter",
            2 => $"folder:f{dice.Next(Folders)}",
            _ => $"vm:v{dice.Next(Vms)}",
        };
        for (int n = 0; n < People; n++)
        {
            await world.UserAsync($"user{n}");
        }

        for (int n = 0; n < 2; n++)
        {
            var members = Enumerable.Range(0, People).Where(_ => dice.Once(2)).Select(u => $"user{u}");
            await world.GroupAsync($"group{n}", null, "root", [.. members]);
        }

        for (int n = 0; n < 30; n++)
        {
            bool group = dice.Once(3);
            await world.Permissions.GrantAsync(AccessWorld.Root, new GrantBody(
                dice.Of(RoleIds), Place(), User: group ? null : $"user{dice.Next(People)}",
                Group: group ? $"group{dice.Next(2)}" : null, Propagate: !dice.Once(3)), default);
        }

        List<Caller> callers = [.. Enumerable.Range(0, People).Select(n => new Caller($"user{n}"))];
        for (int n = 0; n < 6; n++)
        {
            string user = $"user{dice.Next(People)}";
            var (kind, id) = dice.Next(3) switch
            {
                0 => (ObjectKinds.Vm, $"v{dice.Next(Vms)}"),
                1 => (ObjectKinds.Folder, $"f{dice.Next(Folders)}"),
                _ => (null, (string?)null),
            };
            await world.Store.WriteAsync(db =>
            {
                db.Raw.Tokens.Add(new TokenRow
                {
                    Id = $"token{n}", TokenHash = $"hash{n}", UserName = user, ObjectKind = kind, ObjectId = id,
                    ExpiresAt = long.MaxValue, Privileges = dice.Once(3) ? "[]" : null,
                });
                return Task.CompletedTask;
            });
            callers.Add(new Caller(user, TokenId: $"token{n}"));
        }

        return callers;
    }
}
