using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Store;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Setting a storage policy, and checking what it would meet.</summary>
internal sealed partial class VmOperations
{
    /// <summary>Begins setting a policy.</summary>
    public async Task<TaskRow> SetPolicyAsync(string id, Caller caller, SetPolicyCommand command, CancellationToken ct)
    {
        var policy = await PolicyOfAsync(command, ct);
        var (vm, files, records) = await LookAsync(id, ct);
        var plan = WithUnfinished(
            EncryptionRules.Decide(policy, files, command.Home, command.Disks, command.Crypto), files, records);
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
                var begun = IsBegun(files, records) ? await BegunAsync(vm, files, records, arguments.Objects, ct) : null;
                var keys = begun ?? await EncryptionKeysAsync(caller, vm, files, plan, command, ct);
                arguments = arguments with
                {
                    Provider = begun is [var first, ..] ? first.Provider : await ProviderAsync(command, ct),
                    Keys = keys,
                };
                if (begun is not null)
                {
                    await RequireKeysAsync(vm, records, KeyDeliverer.RecryptFrom, ct);
                }
                else
                {
                    await PreflightAsync(
                        new PreflightRequest(vm, files, PreflightAction.Encrypt, arguments.Provider, plan.Disks), keys, ct);
                }

                return await BeginAsync(TaskKinds.Encrypt, vm, caller, arguments, policy, ct);
            case PolicyAction.Decrypt:
                await preflight.RequireAsync(new PreflightRequest(vm, files, PreflightAction.Decrypt, null, plan.Disks), ct);
                await RequireKeysAsync(vm, records, KeyDeliverer.Decrypt, ct);
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
        string action = "refused";
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
            if (plan.Action != PolicyAction.Nothing && !IsBegun(files, records))
            {
                bool encrypt = plan.Action == PolicyAction.Encrypt;
                string? provider = encrypt ? await ProviderAsync(command, ct) : null;
                checks.AddRange(await preflight.CheckAsync(
                    new PreflightRequest(
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

    private static bool IsBegun(VmDescription files, List<KeyRecordRow> records) =>
        files.PendingJob == "encrypt" && records.Exists(r => r.InUse);

    /// <summary>
    /// The host finishes everything that a broken-off encryption was to reach, whatever is chosen now, so each object of it gets
    /// its key: those are the ones with a record that is not in use yet.
    /// </summary>
    private static PolicyPlan WithUnfinished(PolicyPlan plan, VmDescription files, List<KeyRecordRow> records)
    {
        if (plan.Action != PolicyAction.Encrypt || !IsBegun(files, records))
        {
            return plan;
        }

        var unfinished = records.Where(r => r is { State: KeyRecordStates.Usable, InUse: false }).Select(r => r.ObjectId)
            .ToHashSet(StringComparer.Ordinal);
        bool home = plan.Home || unfinished.Contains(files.VmId);
        List<DiskDescription> disks =
            [.. files.Disks.Where(d => plan.Disks.Contains(d) || (!d.Encrypted && unfinished.Contains(d.ObjectId)))];
        return plan with
        {
            Home = home,
            Disks = disks,

            // What is encrypted by the way has the policy, too.
            PolicyObjects =
            [
                .. plan.PolicyObjects.Union(
                    disks.Select(d => d.ObjectId).Concat(home ? [files.VmId] : []), StringComparer.Ordinal),
            ],
        };
    }

    /// <summary>
    /// The keys that a broken-off encryption was begun with. An object that it did not reach, and whose own key may wrap nothing
    /// any more, gets the home's: otherwise a key that is gone would leave the VM half encrypted for good.
    /// </summary>
    private async Task<List<KeyGroup>> BegunAsync(
        VmRow vm, VmDescription files, List<KeyRecordRow> records, IReadOnlyList<string> objects, CancellationToken ct)
    {
        bool IsUnder(string id) => id == files.VmId ? files.Encrypted
            : files.Disks.Any(d => d.ObjectId == id && (d.Encrypted || d.Transition.Length > 0));
        var home = records.Where(r => r.InUse).MaxBy(r => (r.ObjectId == files.VmId, r.Number))!;
        var groups = new List<KeyGroup>();
        foreach (var begun in KeyPlanner.Begun(objects, records))
        {
            var key = new ExpectedKey(begun.Provider, begun.KeyId!, begun.Kcv!);
            var keeps = (begun.Provider, begun.KeyId) == (home.Provider, home.KeyId)
                || await planner.MayWrapAsync(vm.Name, key, ct) ? begun.Objects : [.. begun.Objects.Where(IsUnder)];
            if (keeps.Count > 0)
            {
                groups.Add(begun with { Objects = keeps });
            }
        }

        List<string> rest = [.. objects.Except(groups.SelectMany(g => g.Objects), StringComparer.Ordinal)];
        return rest.Count == 0 ? groups
            : [.. groups, new KeyGroup { Objects = rest, Provider = home.Provider, KeyId = home.KeyId, Kcv = home.Kcv }];
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
