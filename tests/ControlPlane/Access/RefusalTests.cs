using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>Refused operations as audit events: who, from where, which privilege, at which object, and not without end.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private AccessWorld _world = null!;
    private Caller _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await AccessWorld.StartAsync();
        _bob = await _world.UserAsync("bob") with { Origin = new RequestOrigin("192.0.2.7", "s1", "r1") };
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_refusal_says_who_from_where_which_privilege_and_at_which_object()
    {
        await RefuseAsync(_bob, Privileges.Decrypt, AccessWorld.Web1);

        var told = Assert.Single(await ToldAsync());
        Assert.Equal((EventIds.PrivilegeRefused, "bob", "vm", "vm-web1", "web1"),
            (told.Id, told.User, told.ObjectKind, told.ObjectId, told.Object));
        Assert.Equal(("192.0.2.7", "s1", "", "r1", "refused"),
            (told.Address, told.SessionId, told.TokenId, told.CorrelationId, told.Outcome));
        Assert.Equal("bob was refused: bob does not hold Cryptographer.Decrypt at web1.", told.Message);
    }

    [Fact]
    public async Task The_same_again_is_counted_and_told_once_when_a_minute_is_over()
    {
        for (int i = 0; i < 500; i++)
        {
            await RefuseAsync(_bob with { Origin = _bob.Origin! with { CorrelationId = $"r{i}" } }, Privileges.Decrypt,
                AccessWorld.Web1);
        }

        Assert.Single(await ToldAsync());
        await _world.Refusals.TellAsync(all: false);
        Assert.Single(await ToldAsync());

        _world.Time.Advance(RefusalLog.Window);
        await _world.Refusals.TellAsync(all: false);

        var told = await ToldAsync();
        Assert.Equal(2, told.Count);
        Assert.Equal("bob was refused: bob does not hold Cryptographer.Decrypt at web1. So 499 more times within a minute.",
            told[1].Message);
        Assert.Equal(("192.0.2.7", "vm-web1"), (told[1].Address, told[1].ObjectId));

        // Nothing is told twice, and the next one is a first again.
        await _world.Refusals.TellAsync(all: true);
        await RefuseAsync(_bob, Privileges.Decrypt, AccessWorld.Web1);
        Assert.Equal(3, (await ToldAsync()).Count);
    }

    [Fact]
    public async Task A_flood_over_many_objects_leaves_a_bounded_number_of_events()
    {
        for (int i = 0; i < 300; i++)
        {
            var somewhere = new ObjectRef(ObjectKinds.Vm, $"vm-{i}", $"vm {i}");
            await RefuseAsync(_bob, Privileges.Decrypt, somewhere);
            await RefuseAsync(_bob, Privileges.Decrypt, somewhere);
        }

        _world.Time.Advance(RefusalLog.Window);

        // The next refusal after the window tells what was counted, if nobody did before.
        await RefuseAsync(_bob, Privileges.PowerOn, AccessWorld.Web1);

        var told = await ToldAsync();
        Assert.Equal((2 * RefusalLog.MaximumSubjects) + 1 + 1, told.Count);
        Assert.Equal(RefusalLog.MaximumSubjects,
            told.Count(e => e.Message.EndsWith("So 1 more times within a minute.", StringComparison.Ordinal)));
        Assert.Equal(
            "bob was refused 560 more times within a minute, for other privileges or at other objects.", told[^2].Message);
    }

    [Fact]
    public async Task Another_caller_another_privilege_and_another_object_are_told_of_at_once()
    {
        var eve = await _world.UserAsync("eve");
        await RefuseAsync(_bob, Privileges.Decrypt, AccessWorld.Web1);
        await RefuseAsync(_bob, Privileges.Encrypt, AccessWorld.Web1);
        await RefuseAsync(_bob, Privileges.Decrypt, AccessWorld.Db1);
        foreach (var origin in new RequestOrigin[] { new("192.0.2.8", "s1", "r2"), new("192.0.2.7", "s2", "r3") })
        {
            await RefuseAsync(_bob with { Origin = origin }, Privileges.Decrypt, AccessWorld.Web1);
        }

        await RefuseAsync(eve, Privileges.Decrypt, AccessWorld.Web1);
        await RefuseAsync(_bob, Privileges.Decrypt, AccessWorld.Web1);
        Assert.Equal(6, (await ToldAsync()).Count);
    }

    [Fact]
    public async Task Refused_changes_of_who_may_what_are_bounded_too_and_say_what_was_tried()
    {
        for (int i = 0; i < 50; i++)
        {
            await AccessWorld.RefusedAsync(() => _world.Users.RemoveAsync(_bob, "administrator", None));
        }

        var told = Assert.Single(await ToldAsync());
        Assert.Equal((EventIds.AccessRefused, "192.0.2.7", "root"), (told.Id, told.Address, told.ObjectKind));
        Assert.StartsWith("bob was refused to remove the user administrator: ", told.Message, StringComparison.Ordinal);
    }

    /// <summary>Nothing that is written in the transaction stays; the refusal does.</summary>
    [Fact]
    public async Task A_privilege_that_is_gone_when_a_task_begins_is_told_although_its_transaction_is_rolled_back()
    {
        var tasks = _world.TaskStore;
        var vm = await _world.Store.ReadAsync(db => db.Raw.Vms.SingleAsync(v => v.Id == AccessWorld.Web1.Id));

        await AccessWorld.NoPermissionAsync("web1", () => tasks.BeginAsync(
            TaskKinds.PowerOn, vm, _bob, new TaskNeeds([Privileges.PowerOn]), new VmTaskArguments(), null, None));
        await AccessWorld.NoPermissionAsync("web1", () => tasks.BeginAsync(
            AccessTaskKinds.SetPassword, AccessWorld.Web1, _bob,
            (db, _) => BeginCheck.RequireAsync(db, _bob, Privileges.Recrypt, AccessWorld.Web1, _world.Time, None), None));
        await AccessWorld.NoPermissionAsync("web1", () => new OperationRunner(tasks).RunAsync(
            TaskKinds.Repair, AccessWorld.Web1, AccessWorld.Root, _ => _world.Store.WriteAsync(
                db => BeginCheck.RequireAsync(db, _bob, Privileges.Decrypt, AccessWorld.Web1, _world.Time, None)), None));

        Assert.Equal(
            [Privileges.PowerOn, Privileges.Recrypt, Privileges.Decrypt],
            (await ToldAsync()).Select(e => e.Message.Split(' ')[^3]));
    }

    [Fact]
    public async Task A_database_that_fails_does_not_make_another_answer_of_a_refusal()
    {
        await _world.Store.WriteAsync(db => db.Raw.Database.ExecuteSqlRawAsync(
            "CREATE TRIGGER broken BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"));
        await RefuseAsync(_bob, Privileges.Decrypt, AccessWorld.Web1);
        await _world.Store.WriteAsync(db => db.Raw.Database.ExecuteSqlRawAsync("DROP TRIGGER broken"));
        Assert.Empty(await ToldAsync());
    }

    private Task RefuseAsync(Caller caller, string privilege, ObjectRef target) => AccessWorld.NoPermissionAsync(
        target.Name, () => _world.Authorizer.RequireAsync(caller, privilege, target, None));

    private Task<IReadOnlyList<EventModel>> ToldAsync() =>
        _world.Events.ListAsync(new EventQuery { Outcome = "refused" }, None);
}
