using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Store;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>New keys: recrypt, and the keys that a request to encrypt names.</summary>
internal sealed partial class VmOperations
{
    /// <summary>Begins a recrypt: shallow in any power state, deep when off.</summary>
    public async Task<TaskRow> RecryptAsync(string id, Caller caller, RecryptCommand command, CancellationToken ct)
    {
        var (vm, files, records) = await LookAsync(id, ct);
        var (home, disks) = EncryptionRules.Recryptable(files, command);
        List<string> objects = [.. (home ? [vm.Id] : Array.Empty<string>()), .. disks.Select(d => d.ObjectId)];
        bool begun = files.PendingJob.Length > 0;
        string operation = command.Deep && !begun ? "recrypt" : KeyDeliverer.RecryptFrom;
        await EnsureSafeAsync(caller, vm, () => RequireKeysAsync(vm, records, operation, ct), ct);

        // Finishing a broken-off recrypt needs the keys that it was begun with: the newest that records know.
        IReadOnlyList<KeyGroup> keys = begun ? KeyPlanner.Begun(objects, records)
            : command.Keys.Count > 0
                ? await planner.SpreadAsync(
                    caller, [vm.Id], files, Names(vm, home, disks), command.Keys, n => NotChosen(files, n, encrypt: false), ct)
                : [new KeyGroup { Objects = objects, Provider = await providers.DefaultAsync(ct) }];
        var arguments = new VmTaskArguments
        {
            Home = home,
            Disks = [.. disks.Select(d => d.Label)],
            Objects = objects,
            Provider = keys.Count > 0 ? keys[0].Provider : null,
            Keys = keys,
            Deep = command.Deep,
            Force = command.Force,
        };
        if (!begun)
        {
            var action = command.Deep ? PreflightAction.RecryptDeep : PreflightAction.RecryptShallow;
            await PreflightAsync(new PreflightRequest(vm, files, action, arguments.Provider, disks), keys, ct);
        }

        return await tasks.BeginAsync(
            TaskKinds.Recrypt, vm, caller, JsonSerializer.Serialize(arguments, StoreJson.Default.VmTaskArguments),
            (db, task) => named.ClaimAsync(db, task, caller, vm, keys, source: null, ct), ct);
    }

    private async Task<IReadOnlyList<KeyGroup>> EncryptionKeysAsync(
        Caller caller, VmRow vm, VmDescription files, PolicyPlan plan, SetPolicyCommand command, CancellationToken ct) =>
        command.Keys is not { Count: > 0 } specs
        ? []
        : await planner.SpreadAsync(
            caller, [vm.Id], files, Names(vm, plan.Home, plan.Disks), specs, n => NotChosen(files, n, encrypt: true), ct);

    /// <summary>The checks before an operation, once per provider and per key that the request names.</summary>
    private async Task PreflightAsync(PreflightRequest order, IReadOnlyList<KeyGroup> keys, CancellationToken ct)
    {
        await preflight.RequireAsync(order, ct);
        foreach (var key in keys.Where(k => k.Provider != order.Provider || k.KeyId is not null))
        {
            await preflight.RequireAsync(order with { Provider = key.Provider, KeyId = key.KeyId }, ct);
        }
    }

    private static Dictionary<string, string> Names(VmRow vm, bool home, IEnumerable<DiskDescription> disks)
    {
        var names = disks.ToDictionary(d => d.Label, d => d.ObjectId, StringComparer.Ordinal);
        if (home)
        {
            names.Add(KeySpec.Home, vm.Id);
        }

        return names;
    }

    private static FaultException NotChosen(VmDescription files, string name, bool encrypt)
    {
        var disk = files.Disks.FirstOrDefault(d => d.Label == name);
        return disk is { Encrypted: true } && encrypt ? EncryptionRules.AlreadyEncrypted(disk)
            : disk is { Encrypted: false } && !encrypt ? EncryptionRules.NotEncrypted(disk)
            : new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.keys", files.Name,
                $"A key is named for {name} of {files.Name}, which the request does not change.",
                "Choose it too, or leave its key out."));
    }
}
