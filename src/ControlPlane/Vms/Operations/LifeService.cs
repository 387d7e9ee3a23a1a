using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// VMs that come, go and move, and their disks, as the faces of the center see them: who may do it is checked here, everything
/// else by the VM's grain.
/// </summary>
public sealed partial class LifeService
{
    private readonly VmLookup _lookup;
    private readonly PolicyCatalog _policies;
    private readonly TaskStore _tasks;
    private readonly OperationRunner _runner;
    private readonly HostDirectory _hosts;
    private readonly HostLinks _links;
    private readonly InventoryTree _tree;
    private readonly IAuthorizer _authorizer;
    private readonly IGrainFactory _grains;
    private readonly CenterStore _store;
    private readonly IncomingRules _coming;
    private readonly HostCrypto _hostCrypto;
    private readonly StrictRules _strict;
    private readonly MoveRules _moves;
    private readonly SpaceRules _space;
    private readonly EventLog _events;
    private readonly TimeProvider _time;

    internal LifeService(
        VmLookup lookup, PolicyCatalog policies, TaskStore tasks, OperationRunner runner, HostDirectory hosts,
        HostLinks links, InventoryTree tree, IAuthorizer authorizer, IGrainFactory grains, CenterStore store,
        IncomingRules coming, HostCrypto hostCrypto, StrictRules strict, MoveRules moves, SpaceRules space,
        EventLog events, TimeProvider time)
    {
        (_lookup, _policies, _tasks, _runner, _hosts, _links, _tree) = (lookup, policies, tasks, runner, hosts, links, tree);
        (_authorizer, _grains, _store, _coming) = (authorizer, grains, store, coming);
        (_hostCrypto, _strict, _moves, _space, _events, _time) = (hostCrypto, strict, moves, space, events, time);
    }

    /// <summary>
    /// Takes a VM out of the inventory; its files stay. With <paramref name="fenced"/> its host, which does not answer, is not
    /// asked: the caller says that it is cut off for good, and the VM can be registered on another one.
    /// </summary>
    public async Task<TaskModel> UnregisterAsync(Caller caller, string vm, bool fenced, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.UnregisterVm, vm, ct);
        if (fenced)
        {
            await _hosts.RequireFencingAsync(caller, row.HostId, ct);
        }

        return await DoAsync(row, caller, TaskKinds.Unregister, new LifeArguments { Fenced = fenced }, ct);
    }

    /// <summary>
    /// Fetches the keys of a locked VM now: registering it again, as the privilege has it, in its folder.
    /// <paramref name="deactivated"/> takes keys that are Deactivated or Compromised on their KMS too, and needs Recrypt at the
    /// VM beside: who lets it run under such a key has to be able to take it away from it.
    /// </summary>
    public async Task<TaskModel> UnlockAsync(Caller caller, string vm, bool deactivated, CancellationToken ct)
    {
        var row = await _lookup.FindAsync(vm, ct);
        var folder = await _tree.FindAsync(row.ParentId, ct);
        await _authorizer.RequireAsync(caller, Privileges.CryptoRegisterVm, ObjectRef.Of(folder), ct);
        List<string> asked = [];
        if (deactivated)
        {
            asked.Add(Privileges.Recrypt);
            await _authorizer.RequireAsync(caller, Privileges.Recrypt, ObjectRef.Of(row), ct);
        }

        return await DoAsync(row, caller, TaskKinds.Unlock, new LifeArguments { Deactivated = deactivated, Asked = asked }, ct);
    }

    /// <summary>Changes the display name.</summary>
    public async Task<TaskModel> RenameAsync(Caller caller, string vm, RenameVmBody body, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.RenameVm, vm, ct);
        return await DoAsync(row, caller, TaskKinds.Rename, new LifeArguments { Name = body.Name }, ct);
    }

    /// <summary>
    /// Moves a VM to another folder of the inventory. Nobody gains a privilege of encryption at a
    /// VM by moving it to where they have it.
    /// </summary>
    public async Task<TaskModel> MoveAsync(Caller caller, string vm, MoveVmBody body, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.MoveVm, vm, ct);
        var folder = await FolderAsync(body.Folder, ct);
        await _authorizer.RequireAsync(caller, Privileges.MoveVm, ObjectRef.Of(folder), ct);
        await _moves.RequireAsync(caller, ObjectRef.Of(row), ObjectRef.Of(folder), ct);

        string id = "";
        await _runner.RunAsync(
            TaskKinds.Move, ObjectRef.Of(row), caller,
            async task =>
            {
                id = task;
                await _store.WriteAsync(
                    async db =>
                    {
                        await db.Vms.Where(v => v.Id == row.Id)
                            .ExecuteUpdateAsync(s => s.SetProperty(v => v.ParentId, folder.Id), ct);
                        _events.Add(db, EventIds.VmMoved, caller.User, row.Name,
                            $"{caller.User} moved {row.Name} ({row.Id}) to the folder {folder.Name}.");
                    },
                    ct);
            },
            ct);
        return await _tasks.GetAsync(id, ct);
    }

    /// <summary>Moves a powered-off VM to another host that sees the same datastore.</summary>
    public async Task<TaskModel> MigrateAsync(Caller caller, string vm, MigrateVmBody body, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.ColdMigrate, vm, ct);
        List<string> asked = [];
        if (await IsEncryptedAsync(row, ct))
        {
            await _authorizer.RequireAsync(caller, Privileges.CryptoMigrate, ObjectRef.Of(row), ct);
            asked.Add(Privileges.CryptoMigrate);
        }

        var host = await _hosts.FindAsync(body.Host, ct);
        await _hosts.RequireInServiceAsync(host.Id, ct);
        return await DoAsync(row, caller, TaskKinds.Migrate, new LifeArguments { HostId = host.Id, Asked = asked }, ct);
    }

    private async Task<ContainerRow> FolderAsync(string nameOrId, CancellationToken ct)
    {
        var folder = await _tree.FindAsync(nameOrId, ct);
        return folder.Kind is ObjectKinds.Folder or ObjectKinds.Datacenter ? folder
            : throw Invalid(
                "lorica.noFolder", folder.Name, $"{folder.Name} is a {folder.Kind}; VMs are in folders and datacenters.");
    }

    private async Task<bool> IsEncryptedAsync(VmRow vm, CancellationToken ct) =>
        (await _lookup.RecordsAsync(vm.Id, ct)).Count > 0;

    private async Task<VmRow> RequireAsync(Caller caller, string privilege, string vm, CancellationToken ct)
    {
        var row = await _lookup.FindAsync(vm, ct);
        await _authorizer.RequireAsync(caller, privilege, ObjectRef.Of(row), ct);
        return row;
    }

    private async Task<TaskModel> DoAsync(VmRow vm, Caller caller, string kind, LifeArguments life, CancellationToken ct) =>
        await _tasks.GetAsync(await _grains.GetGrain<IVmGrain>(vm.Id).LifeAsync(caller, kind, life), ct);

    private static FaultException Invalid(string key, string target, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, key, target, message, "Correct the request."));
}
