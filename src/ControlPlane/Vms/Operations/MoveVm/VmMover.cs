using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Vms.Operations.MoveVm;

/// <summary>
/// Moves a VM to another folder of the inventory: no file and no host knows of that, so it takes no turn in the VM's grain.
/// Nobody gains a privilege of encryption at a VM by moving it to where they have it.
/// </summary>
public sealed class VmMover
{
    private readonly VmLookup _lookup;
    private readonly TaskStore _tasks;
    private readonly OperationRunner _runner;
    private readonly InventoryTree _tree;
    private readonly IAuthorizer _authorizer;
    private readonly CenterStore _store;
    private readonly MoveRules _moves;
    private readonly EventLog _events;

    internal VmMover(
        VmLookup lookup, TaskStore tasks, OperationRunner runner, InventoryTree tree, IAuthorizer authorizer, CenterStore store,
        MoveRules moves, EventLog events)
    {
        (_lookup, _tasks, _runner, _tree, _authorizer) = (lookup, tasks, runner, tree, authorizer);
        (_store, _moves, _events) = (store, moves, events);
    }

    /// <summary>Moves.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="vm">Name, path or id of the VM.</param>
    /// <param name="folder">Where it is to be: name, path or id of a folder or datacenter.</param>
    /// <param name="ct">The caller went away.</param>
    public async Task<TaskModel> MoveAsync(Caller caller, string vm, string folder, CancellationToken ct)
    {
        var row = await _lookup.FindAsync(vm, ct);
        await _authorizer.RequireAsync(caller, Privileges.MoveVm, ObjectRef.Of(row), ct);
        var place = await _tree.FindPlaceAsync(folder, ct);
        await _authorizer.RequireAsync(caller, Privileges.MoveVm, ObjectRef.Of(place), ct);
        await _moves.RequireAsync(caller, ObjectRef.Of(row), ObjectRef.Of(place), ct);

        string id = "";
        await _runner.RunAsync(
            TaskKinds.Move, ObjectRef.Of(row), caller,
            async task =>
            {
                id = task;
                await _store.WriteAsync(
                    async db =>
                    {
                        await db.Vms.SetParentAsync(row.Id, place.Id, ct);
                        _events.Add(db, EventIds.VmMoved, caller.User, row.Name,
                            $"{caller.User} moved {row.Name} ({row.Id}) to the folder {place.Name}.");
                    },
                    ct);
            },
            ct);
        return await _tasks.GetAsync(id, ct);
    }
}
