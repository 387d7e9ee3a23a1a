using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Access;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Tasks;

/// <summary>
/// Events in the transactions of a task tell where it was asked for, whoever's code writes them and on whose behalf it runs.
/// </summary>
public sealed class TaskOriginTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly Caller Bob = new("bob", TokenId: "t1") { Origin = new RequestOrigin("192.0.2.7", "", "r1") };
    private static readonly Caller Eve = new("eve") { Origin = new RequestOrigin("203.0.113.9", "s9", "r9") };

    private AccessWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await AccessWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_begin_and_the_end_of_a_task_tell_where_it_was_asked_for(bool fails)
    {
        using var other = CurrentCaller.Enter(Eve);
        var task = await _world.TaskStore.BeginAsync(
            TaskKinds.Repair, AccessWorld.Web1, Bob, (db, _) => NoteAsync(db, "begin"), None);
        await (fails
            ? _world.TaskStore.FailAsync(
                task.Id, new Fault(FaultTypes.InvalidState, "k", "web1", "No."), db => NoteAsync(db, "end"), None)
            : _world.TaskStore.SucceedAsync(task.Id, db => NoteAsync(db, "end"), None));

        await ToldByBobAsync("begin", "end");
    }

    [Fact]
    public async Task An_operation_in_one_transaction_and_the_begin_of_a_VMs_task_tell_it_too()
    {
        using var other = CurrentCaller.Enter(Eve);
        await _world.TaskStore.WriteAsync(AccessTaskKinds.SetPassword, AccessWorld.Web1, Bob, async db =>
        {
            await NoteAsync(db, "one");
            return true;
        }, None);
        var vm = await _world.Store.ReadAsync(db => db.Raw.Vms.SingleAsync(v => v.Id == AccessWorld.Web1.Id));
        await _world.UserAsync("bob", "Admin");
        var begun = await _world.TaskStore.BeginAsync(
            TaskKinds.PowerOn, vm, Bob with { TokenId = "" }, new TaskNeeds([Privileges.PowerOn]), new VmTaskArguments(),
            (db, _) => NoteAsync(db, "two"), None);

        var told = await _world.Events.ListAsync(new EventQuery { Id = "test" }, None);
        Assert.Equal([("t1", "192.0.2.7", "r1"), ("", "192.0.2.7", "r1")],
            told.Select(e => (e.TokenId, e.Address, e.CorrelationId)));
        var kept = (await _world.Store.ReadAsync(db => db.Raw.Tasks.SingleAsync(t => t.Id == begun.Id)));
        Assert.Equal(("192.0.2.7", "", "r1"), (kept.Address, kept.SessionId, kept.CorrelationId));
    }

    /// <summary>A name that is only mentioned was asked for from nowhere that is known.</summary>
    [Fact]
    public async Task An_event_by_another_than_who_asked_has_no_origin()
    {
        using var other = CurrentCaller.Enter(Eve);
        await _world.Store.WriteAsync(db =>
        {
            _world.Events.Add(db, "test", "eve", "o", "hers");
            _world.Events.Add(db, "test", "bob", "o", "his");
            _world.Events.Add(db, "test", Caller.System.User, "o", "the center's");
            _world.Events.Add(db, "test", Bob, "o", "said by himself");
            return Task.CompletedTask;
        });

        var told = await _world.Events.ListAsync(new EventQuery { Id = "test" }, None);
        Assert.Equal(["203.0.113.9", "", "", "192.0.2.7"], told.Select(e => e.Address));
        Assert.Equal(["r9", "", "", "r1"], told.Select(e => e.CorrelationId));
    }

    private Task NoteAsync(CenterDb db, string what)
    {
        _world.Events.Add(db, "test", "bob", "web1", what);
        return Task.CompletedTask;
    }

    private async Task ToldByBobAsync(params string[] what)
    {
        var told = await _world.Events.ListAsync(new EventQuery { Id = "test" }, None);
        Assert.Equal(what, told.Select(e => e.Message));
        Assert.All(told, e => Assert.Equal(("192.0.2.7", "", "t1", "r1"), (e.Address, e.SessionId, e.TokenId, e.CorrelationId)));
    }
}
