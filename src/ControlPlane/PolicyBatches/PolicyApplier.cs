using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.PolicyBatches;

/// <summary>Applies a policy to many VMs, and reports on each; see <see cref="PolicyBatchWork"/>.</summary>
public sealed class PolicyApplier(
    PolicyCatalog catalog, InventoryTree tree, TaskStore tasks, CenterStore store, IAuthorizer authorizer, IGrainFactory grains)
{
    private const int MaximumVms = 10_000;
    private const int MaximumParallel = 32;

    /// <summary>Begins; each VM is refused or served on its own.</summary>
    public async Task<TaskModel> BeginAsync(Caller caller, string policyName, ApplyPolicyBody body, CancellationToken ct)
    {
        int ways = (body.Vms is null ? 0 : 1) + (body.Folder is null ? 0 : 1) + (body.All ? 1 : 0);
        Require(ways == 1, "lorica.applyTo", "Name VMs, or a folder, or all.");
        Require(
            body.Vms is null || (body.Vms.Count is > 0 and <= MaximumVms && body.Vms.All(v => v is { Length: > 0 and <= 200 })),
            "lorica.applyTo", $"Name 1 to {MaximumVms} VMs.");
        Require(body.Parallel is >= 1 and <= MaximumParallel, "lorica.parallel",
            $"1 to {MaximumParallel} VMs are served at the same time.");
        var policy = await catalog.FindAsync(policyName, ct);
        var items = await ItemsAsync(caller, body, ct);
        Require(items.Count > 0, "lorica.applyTo", "There is no VM to apply it to.");

        string arguments = JsonSerializer.Serialize(
            new PolicyBatchArguments(policy.Id, body.Home, body.Disks, body.Parallel, caller),
            StoreJson.Default.PolicyBatchArguments);
        var task = await tasks.BeginAsync(
            TaskKinds.PolicyApply, policy.Object, caller,
            async (db, row) =>
            {
                await PolicyUsers.RequireUnchangedAsync(db, policy, ct);
                (row.Arguments, row.PolicyId) = (arguments, policy.Id);
                foreach (var (item, number) in items.Select((i, n) => (i, n)))
                {
                    item.TaskId = row.Id;
                    item.Number = number;
                    db.PolicyBatches.Add(item);
                }
            },
            ct);
        await grains.GetGrain<IPolicyBatchGrain>(task.Id).RunAsync();
        return await tasks.GetAsync(task.Id, ct);
    }

    /// <summary>How it goes at each VM that the caller can see.</summary>
    public async Task<PolicyReportModel> ReportAsync(Caller caller, string taskId, CancellationToken ct)
    {
        var (task, rows) = await store.ReadAsync(
            async db => (await db.Tasks.FindAsync(taskId, ct), await db.PolicyBatches.OfTaskAsync(taskId, ct)), ct);
        if (task is not { Kind: TaskKinds.PolicyApply })
        {
            throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.taskNotFound", taskId,
                $"There is no task {taskId} that applies a policy.", "See `lorica task ls`."));
        }

        // Who asked sees what came of it; everybody else what they may see anyway.
        var items = new List<PolicyOutcomeModel>();
        var view = await authorizer.ViewAsync(caller, ct);
        foreach (var row in rows)
        {
            if (task.UserName == caller.User || view.Holds(Privileges.View, new ObjectRef(ObjectKinds.Vm, row.VmId, row.VmName)))
            {
                items.Add(new PolicyOutcomeModel(row.VmName, row.VmId, row.State, row.Action, row.ChildTaskId,
                    row.Fault is null ? null : JsonSerializer.Deserialize(row.Fault, StoreJson.Default.Fault)));
            }
        }

        return new PolicyReportModel(taskId, new PolicyRefModel(task.ObjectId, task.Target), task.State, items);
    }

    private async Task<List<PolicyBatchItemRow>> ItemsAsync(Caller caller, ApplyPolicyBody body, CancellationToken ct)
    {
        var rows = await store.ReadAsync(db => db.Vms.PlacesAsync(ct), ct);
        if (body.Vms is { } named)
        {
            return [.. named.Distinct(StringComparer.Ordinal)
                .Select(n => (Name: n, Row: rows.Find(r => r.Id == n) ?? rows.Find(r => r.Name == n)))
                .DistinctBy(n => n.Row?.Id ?? n.Name, StringComparer.Ordinal)
                .Select(n => n.Row is { } row ? Item(row) : Missing(n.Name))];
        }

        string below = body.Folder is { } folder ? (await tree.FindAsync(folder, ct)).Id : InventoryIds.Root;
        var view = await authorizer.ViewAsync(caller, ct);
        var items = new List<PolicyBatchItemRow>();
        foreach (var row in rows)
        {
            var target = ObjectRef.Of(row);
            if (view.Holds(Privileges.View, target) && (body.All || (await tree.PathAsync(target, ct)).Contains(below)))
            {
                items.Add(Item(row));
            }
        }

        return items;
    }

    private static PolicyBatchItemRow Item(VmPlace vm) =>
        new() { TaskId = "", VmId = vm.Id, VmName = vm.Name, State = PolicyBatchStates.Waiting };

    private static PolicyBatchItemRow Missing(string name) => new()
    {
        TaskId = "",
        VmId = "",
        VmName = name,
        State = PolicyBatchStates.Failed,
        Fault = TaskMapping.ToJson(new Fault(
            FaultTypes.NotFound, "lorica.vmNotFound", name, $"There is no VM {name}.", "See `lorica vm ls`.")),
    };

    private static void Require(bool rule, string key, string message)
    {
        if (!rule)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, key, "apply", message, "Correct the request."));
        }
    }
}
