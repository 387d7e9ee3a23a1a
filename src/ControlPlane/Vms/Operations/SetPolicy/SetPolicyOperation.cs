using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations.DecryptVm;
using Lorica.ControlPlane.Vms.Operations.EncryptVm;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.SetPolicy;

/// <summary>
/// Sets a storage policy. What that comes to depends on the files: encryption, decryption, or nothing but the policy itself.
/// </summary>
internal sealed partial class SetPolicyOperation(
    OperationServices services, PolicyCatalog policies, StrictRules strict, ProviderService providers, PreflightCheck preflight,
    HostCrypto hostCrypto, KeyPlanner planner, NamedKeys named, EncryptVmWork encrypt, DecryptVmWork decrypt)
    : VmOperation<SetPolicyRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.SetPolicy, "vm policy set", Privileges.StoragePolicy);

    /// <inheritdoc />
    protected override async Task<SetPolicyRequest> PrepareAsync(
        Caller caller, VmRow vm, SetPolicyRequest request, List<string> asked, CancellationToken ct)
    {
        var policy = await policies.FindAsync(request.Policy, ct);
        if (policy.Encryption)
        {
            await RequireAsync(caller, Privileges.Encrypt, vm, ct);
            if (!policy.Strict)
            {
                await strict.RequireAsync(caller, StrictOperation.LoosenPolicy, vm, ct);
            }
        }
        else if (await Vms.HasRecordsAsync(vm, ct))
        {
            await RequireAsync(caller, Privileges.Decrypt, vm, ct);
        }

        RequestRules.CheckDisks(vm.Name, request.Disks);
        RequestRules.CheckKeys(vm.Name, request.Keys);
        if (request.Provider is not null && request.Crypto != CryptoRequest.Encrypt)
        {
            throw RequestRules.Invalid("lorica.crypto", vm.Name, "A provider is named with the request to encrypt only.");
        }

        if (request.Keys.Count > 0 && request.Crypto == CryptoRequest.Decrypt)
        {
            throw RequestRules.Invalid("lorica.crypto", vm.Name, "Keys are named with the request to encrypt only.");
        }

        return request with
        {
            Policy = policy.Id,
            RulesVersion = policy.RulesVersion,
            Crypto = request.Keys.Count > 0 ? CryptoRequest.Encrypt : request.Crypto,
        };
    }

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, SetPolicyRequest request, CancellationToken ct)
    {
        var policy = await PolicyOfAsync(request, ct);
        var (vm, files, records) = await Vms.WholeAsync(vmId, ct);
        var plan = WithUnfinished(
            EncryptionRules.Decide(policy, files, request.Home, request.Disks, request.Crypto), files, records);
        var job = new CryptoJob(plan.Home, [.. plan.Disks.Select(d => d.Label)], request.Force);
        var arguments = new VmTaskArguments
        {
            PolicyId = policy.Id,
            RulesVersion = policy.RulesVersion,
            PolicyObjects = plan.PolicyObjects,
            Objects = [.. (plan.Home ? [vm.Id] : Array.Empty<string>()), .. plan.Disks.Select(d => d.ObjectId)],
        };

        switch (plan.Action)
        {
            case PolicyAction.Encrypt:
                EncryptionRules.RequireObjectIds(files, plan.Disks);
                await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
                // What a broken-off encryption was begun with finishes it, object by object; what never had a key gets the
                // home's.
                var begun = IsBegun(files, records) ? await BegunAsync(vm, files, records, arguments.Objects, ct) : null;
                var keys = begun ?? await KeysAsync(caller, vm, files, plan, request, ct);
                arguments = arguments with
                {
                    Provider = begun is [var first, ..] ? first.Provider : await ProviderAsync(request, ct),
                    Keys = keys,
                };
                if (begun is not null)
                {
                    await Vms.RequireKeysAsync(vm, records, KeyDeliverer.RecryptFrom);
                }
                else
                {
                    await preflight.RequireAllAsync(
                        new PreflightRequest(vm, files, PreflightAction.Encrypt, arguments.Provider, plan.Disks), keys, ct);
                }

                return Begin(caller, vm, job, arguments, policy, encrypt, ct);
            case PolicyAction.Decrypt:
                await preflight.RequireAsync(new PreflightRequest(vm, files, PreflightAction.Decrypt, null, plan.Disks), ct);
                await Vms.RequireKeysAsync(vm, records, KeyDeliverer.Decrypt);
                return Begin(caller, vm, job, arguments, policy, decrypt, ct);
            case PolicyAction.Nothing:
                return Begin(caller, vm, request, arguments, policy, work: null, ct);
            default:
                throw new InvalidOperationException($"There is no way to do {plan.Action}.");
        }
    }

    /// <summary>Sets a policy where the files are already as it wants.</summary>
    protected override async Task RunAsync(WorkContext context, SetPolicyRequest request, CancellationToken ct)
    {
        await Resume.RequireAsync(context, halfDone: null, ct);
        await Tasks.SucceedAsync(context.Task.Id, db => PolicySteps.AssociateAsync(db, context, ct), ct);
    }

    /// <inheritdoc />
    protected override SetPolicyRequest FromFirst(FirstTaskArguments first) => new()
    {
        Policy = first.PolicyId ?? "", RulesVersion = first.RulesVersion ?? 1, Force = first.Force,
    };

    /// <summary>The policy, with the rules for which privileges were checked.</summary>
    private async Task<StoragePolicy> PolicyOfAsync(SetPolicyRequest request, CancellationToken ct)
    {
        var policy = await policies.FindAsync(request.Policy, ct);
        return policy.RulesVersion == request.RulesVersion ? policy : throw PolicyUsers.Changed(policy);
    }

    private async Task<string> ProviderAsync(SetPolicyRequest request, CancellationToken ct) =>
        request.Provider is { } known ? await providers.RequireAsync(known, ct) : await providers.DefaultAsync(ct);

    private async Task<IReadOnlyList<KeyGroup>> KeysAsync(
        Caller caller, VmRow vm, VmFiles files, PolicyPlan plan, SetPolicyRequest request, CancellationToken ct) =>
        request.Keys.Count == 0 ? []
        : await planner.SpreadAsync(
            caller, [vm.Id], files, KeyPlanner.Names(vm, plan.Home, plan.Disks), request.Keys,
            n => KeyPlanner.NotChosen(files, n, encrypt: true), ct);

    private Begun Begin(
        Caller caller, VmRow vm, object request, VmTaskArguments plan, StoragePolicy policy, VmWork? work,
        CancellationToken ct) => new(vm, request)
        {
            Plan = plan,
            As = work,
            Also = async (db, task) =>
            {
                await PolicyUsers.RequireUnchangedAsync(db, policy, ct);
                await named.ClaimAsync(db, task, caller, vm, plan.Keys, source: null, ct);
            },
        };
}
