using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Setting a storage policy, and checking what it would meet.</summary>
internal sealed partial class VmOperations
{
    /// <summary>Begins setting a policy.</summary>
    public async Task<TaskRow> SetPolicyAsync(string id, Caller caller, SetPolicyCommand command, CancellationToken ct)
    {
        var policy = await PolicyOfAsync(command, ct);
        var (vm, files, records) = await LookAsync(id, ct);
        var plan = EncryptionRules.Decide(policy, files, command.Home, command.Disks, command.Crypto);
        var arguments = new VmTaskArguments
        {
            PolicyId = policy.Id,
            RulesVersion = policy.RulesVersion,
            PolicyObjects = plan.PolicyObjects,
            Home = plan.Home,
            Disks = [.. plan.Disks.Select(d => d.Label)],
            Objects = [.. (plan.Home ? [vm.Id] : Array.Empty<string>()), .. plan.Disks.Select(d => d.ObjectId)],
            Force = command.Force,
        };

        switch (plan.Action)
        {
            case PolicyAction.Encrypt:
                RequireObjectIds(files, plan.Disks);
                await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
                // What a broken-off encryption was begun with finishes it, object by object; what never had a key gets the
                // home's.
                var begun = Begun(files, records, arguments.Objects);
                var keys = begun ?? await EncryptionKeysAsync(caller, vm, files, plan, command, ct);
                arguments = arguments with
                {
                    Provider = begun is [var first, ..] ? first.Provider : await ProviderAsync(command, ct),
                    Keys = keys,
                };
                if (begun is not null)
                {
                    await RequireKeysAsync(vm, records, "encrypt", ct);
                }
                else
                {
                    await PreflightAsync(
                        new PreflightOrder(vm, files, PreflightAction.Encrypt, arguments.Provider, plan.Disks), keys, ct);
                }

                return await BeginAsync(TaskKinds.Encrypt, vm, caller, arguments, policy, ct);
            case PolicyAction.Decrypt:
                await preflight.RequireAsync(new PreflightOrder(vm, files, PreflightAction.Decrypt, null, plan.Disks), ct);
                await RequireKeysAsync(vm, records, "decrypt", ct);
                return await BeginAsync(TaskKinds.Decrypt, vm, caller, arguments, policy, ct);
            case PolicyAction.Nothing:
                return await BeginAsync(TaskKinds.SetPolicy, vm, caller, arguments, policy, ct);
            default:
                throw new InvalidOperationException($"There is no way to do {plan.Action}.");
        }
    }

    /// <summary>What setting a policy would meet; nothing is begun, no key is made or sent.</summary>
    public async Task<PreflightModel> CheckPolicyAsync(VmRow vm, SetPolicyCommand command, CancellationToken ct)
    {
        var checks = new List<PreflightFinding>();
        var action = "refused";
        try
        {
            var policy = await PolicyOfAsync(command, ct);
            var (row, files, records) = await LookAsync(vm.Id, ct);
            checks.Add(PreflightFinding.Fine("files"));
            var plan = EncryptionRules.Decide(policy, files, command.Home, command.Disks, command.Crypto);
            RequireObjectIds(files, plan.Disks);
            checks.Add(PreflightFinding.Fine("rules"));
            action = plan.Action switch
            {
                PolicyAction.Encrypt => "encrypt",
                PolicyAction.Decrypt => "decrypt",
                _ => "none",
            };
            if (plan.Action != PolicyAction.Nothing && Begun(files, records, []) is null)
            {
                var encrypt = plan.Action == PolicyAction.Encrypt;
                var provider = encrypt ? await ProviderAsync(command, ct) : null;
                checks.AddRange(await preflight.CheckAsync(
                    new PreflightOrder(
                        row, files, encrypt ? PreflightAction.Encrypt : PreflightAction.Decrypt, provider, plan.Disks), ct));
            }
        }
        catch (FaultException e)
        {
            checks.Add(new PreflightFinding(
                checks.Count == 0 ? "files" : checks.Count == 1 ? "rules" : "provider", Refuses: true, e.Fault));
        }

        return new PreflightModel(vm.Name, action, !checks.Exists(c => c.Refuses), [.. checks.Select(c => c.ToModel())]);
    }

    /// <summary>The policy, with the rules for which privileges were checked.</summary>
    private async Task<StoragePolicy> PolicyOfAsync(SetPolicyCommand command, CancellationToken ct)
    {
        var policy = await policies.FindAsync(command.PolicyId, ct);
        return policy.RulesVersion == command.RulesVersion ? policy : throw PolicyUsers.Changed(policy);
    }

    private async Task<string> ProviderAsync(SetPolicyCommand command, CancellationToken ct) =>
        command.Provider is { } named ? await providers.RequireAsync(named, ct) : await providers.DefaultAsync(ct);

    /// <summary>The keys that a broken-off encryption was begun with; null when there is none.</summary>
    private static List<KeyGroup>? Begun(VmDescription files, List<KeyRecordRow> records, IReadOnlyList<string> objects)
    {
        var home = records.Where(r => r.InUse).MaxBy(r => (r.ObjectId == files.VmId, r.Number));
        if (files.PendingJob != "encrypt" || home is null)
        {
            return null;
        }

        var begun = KeyPlanner.Begun(objects, records);
        List<string> rest = [.. objects.Except(begun.SelectMany(g => g.Objects), StringComparer.Ordinal)];
        if (rest.Count > 0)
        {
            begun.Add(new KeyGroup { Objects = rest, Provider = home.Provider, KeyId = home.KeyId, Kcv = home.Kcv });
        }

        return begun;
    }

    private Task<TaskRow> BeginAsync(
        string kind, VmRow vm, Caller caller, VmTaskArguments arguments, StoragePolicy policy, CancellationToken ct) =>
        tasks.BeginAsync(
            kind, vm, caller, System.Text.Json.JsonSerializer.Serialize(arguments, StoreJson.Default.VmTaskArguments),
            async (db, task) =>
            {
                await PolicyUsers.RequireUnchangedAsync(db, policy, ct);
                await named.ClaimAsync(db, task, caller, vm, arguments.Keys, source: null, ct);
            },
            ct);
}
