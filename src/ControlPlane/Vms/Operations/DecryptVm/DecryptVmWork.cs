using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.DecryptVm;

/// <summary>Decrypts objects of a VM in place. It is asked for by setting a policy.</summary>
internal sealed class DecryptVmWork(CryptoSteps crypto) : RequestedWork<CryptoJob>
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } =
        new(TaskKinds.Decrypt, "vm policy set", Privileges.StoragePolicy, Privileges.Decrypt);

    /// <inheritdoc />
    protected override Task RunAsync(WorkContext context, CryptoJob request, CancellationToken ct) =>
        crypto.RunAsync(context, request, ct);

    /// <summary>The files say whether it is begun; what is begun is brought to its end.</summary>
    protected override async Task<bool> MustGoOnAsync(WorkContext context, CryptoJob request, CancellationToken ct) =>
        await crypto.BegunAsync(context, ct) != WorkBegun.No;

    /// <inheritdoc />
    protected override CryptoJob FromFirst(FirstTaskArguments first) => new(first.Home, first.Disks, first.Force);
}
