using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations.CreateVm;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.ImportVm;

/// <summary>Settles an import that a stop of the center interrupted; <see cref="VmImporter"/> brings the bytes.</summary>
internal sealed class ImportVmWork(VmCreation creation, HostSteps steps, TimeProvider time) : RequestedWork<NewVm>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int ImportLooks = 3;

    /// <summary>The host may have all of it, and writes the last of it out.</summary>
    private const int FinishingLooks = 10;

    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Import, "vm import", Privileges.CreateVm)
    {
        IsNew = true, TakesSpace = true, IsNeverGivenUp = true,
    };

    /// <summary>
    /// An import lives in the request that brings its bytes, so after a stop it cannot go on. Either the host had taken all of
    /// it, then it is done; or the host left nothing behind, then it failed. Only the host says which: that it is away, or will
    /// not tell of what stands there, is no verdict on it.
    /// </summary>
    protected override async Task RunAsync(WorkContext context, NewVm request, CancellationToken ct)
    {
        for (int looks = 1; ; looks++)
        {
            try
            {
                if (await steps.FindSurelyAsync(context, ct) is { } files)
                {
                    await creation.SucceedAsync(context, files, ct);
                    return;
                }
            }
            catch (FaultException e) when (!ct.IsCancellationRequested)
            {
                await creation.UndoAsync(context, asked: true, e.Fault, ct);
                return;
            }

            // The host may be about to finish, or to undo, what it had when the connection broke.
            if (looks >= (context.Task.Cancellable ? ImportLooks : FinishingLooks))
            {
                if (await creation.TryUndoAsync(context, asked: true, Interrupted(context), ct))
                {
                    return;
                }

                looks = 0;
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    /// <inheritdoc />
    protected override NewVm FromFirst(FirstTaskArguments first) => first.Create! with { DiskObjects = first.CreateObjects };

    private static Fault Interrupted(WorkContext context) => new(
        FaultTypes.InvalidState, "lorica.importInterrupted", context.Vm.Name,
        $"The import of {context.Vm.Name} was broken off; nothing of it was kept.", "Import it again.");
}
