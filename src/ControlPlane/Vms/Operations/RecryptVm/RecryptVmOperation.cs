using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.RecryptVm;

/// <summary>New keys: shallow in any power state, deep when off.</summary>
internal sealed class RecryptVmOperation(
    OperationServices services, CryptoSteps crypto, ProviderService providers, PreflightCheck preflight, KeyPlanner planner,
    NamedKeys named)
    : VmOperation<RecryptVmRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Recrypt, "vm recrypt", Privileges.Recrypt)
    {
        FailureEvent = EventIds.RekeyFail,
    };

    /// <inheritdoc />
    protected override Task<RecryptVmRequest> PrepareAsync(
        Caller caller, VmRow vm, RecryptVmRequest request, List<string> asked, CancellationToken ct)
    {
        RequestRules.CheckDisks(vm.Name, request.Disks);
        RequestRules.CheckKeys(vm.Name, request.Keys);
        return Task.FromResult(request);
    }

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, RecryptVmRequest request, CancellationToken ct)
    {
        var (vm, files, records) = await Vms.WholeAsync(vmId, ct);
        var (home, disks) = EncryptionRules.Recryptable(files, request);
        List<string> objects = [.. (home ? [vm.Id] : Array.Empty<string>()), .. disks.Select(d => d.ObjectId)];
        bool begun = files.PendingJob is not null;
        string operation = request.Deep && !begun ? "recrypt" : KeyDeliverer.RecryptFrom;
        await Vms.EnsureSafeAsync(caller, vm, () => Vms.RequireKeysAsync(vm, records, operation), ct);

        // Finishing a broken-off recrypt needs the keys that it was begun with: the newest that records know.
        IReadOnlyList<KeyGroup> keys = begun ? KeyPlanner.Begun(objects, records)
            : request.Keys.Count > 0
                ? await planner.SpreadAsync(
                    caller, [vm.Id], files, KeyPlanner.Names(vm, home, disks), request.Keys,
                    n => KeyPlanner.NotChosen(files, n, encrypt: false), ct)
                : [new KeyGroup { Objects = objects, Provider = await providers.DefaultAsync(ct) }];
        var arguments = new VmTaskArguments
        {
            Objects = objects,
            Provider = keys.Count > 0 ? keys[0].Provider : null,
            Keys = keys,
        };
        if (!begun)
        {
            var action = request.Deep ? PreflightAction.RecryptDeep : PreflightAction.RecryptShallow;
            await preflight.RequireAllAsync(new PreflightRequest(vm, files, action, arguments.Provider, disks), keys, ct);
        }

        return new Begun(vm, request with { Home = home, Disks = [.. disks.Select(d => d.Label)] })
        {
            Plan = arguments,
            Also = (db, task) => named.ClaimAsync(db, task, caller, vm, keys, source: null, ct),
        };
    }

    /// <inheritdoc />
    protected override Task RunAsync(WorkContext context, RecryptVmRequest request, CancellationToken ct) =>
        crypto.RunAsync(context, new CryptoJob(request.Home == true, request.Disks ?? [], request.Force, request.Deep), ct);

    /// <summary>The files say whether it is begun; what is begun is brought to its end.</summary>
    protected override async Task<bool> MustGoOnAsync(WorkContext context, RecryptVmRequest request, CancellationToken ct) =>
        await crypto.BegunAsync(context, ct) != WorkBegun.No;

    /// <inheritdoc />
    protected override RecryptVmRequest FromFirst(FirstTaskArguments first) =>
        new(first.Deep, first.Home, first.Disks, first.Force, []);
}
