using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Creates a VM with empty disks; settles an import that a stop of the center interrupted.</summary>
internal sealed class CreateWork(VmCreation creation, HostLinks links, TaskStore tasks, ResumeCheck resume, TimeProvider time)
{
    /// <summary>Eagerly zeroed disks are written in full.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromHours(6);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int ImportLooks = 3;

    /// <summary>The host may have all of it, and writes the last of it out.</summary>
    private const int FinishingLooks = 10;

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        // A VM that stands on its host is settled; what was asked for and refused is removed there before its keys are given up.
        bool asked = context.Resumed;
        try
        {
            while (true)
            {
                try
                {
                    // What an earlier attempt made is taken as it is.
                    var files = asked ? await creation.FindOnHostAsync(context, ct) : null;
                    if (files is null)
                    {
                        await resume.RequireAsync(context, halfDone: null, ct);
                        var request = await creation.PrepareAsync(context, ct);
                        await tasks.ProgressAsync(context.Task.Id, "disks", 0, 0, ct);
                        asked = true;
                        files = await links.Client(context.Vm.HostId).CreateVmAsync(
                            request, deadline: time.GetUtcNow().UtcDateTime + Timeout, cancellationToken: ct);
                    }

                    await creation.SucceedAsync(context, files, ct);
                    return;
                }
                catch (Exception e) when (!ct.IsCancellationRequested
                    && (e is RpcException r ? HostCalls.IsTransport(r)
                        : asked && e is not FaultException && HostCalls.IsPassing(e)))
                {
                    // Once the host was asked, a database that is busy is no reason to leave a VM behind that nobody knows.
                    await tasks.ProgressAsync(context.Task.Id, "waiting for the host", 0, 0, ct);
                    await Task.Delay(Pause, time, ct);
                }
            }
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            await UndoAsync(context, asked, FaultCodec.FromRpc(e, "the host"), ct);
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            await UndoAsync(context, asked, e.Fault, ct);
        }
    }

    private async Task UndoAsync(WorkContext context, bool asked, Fault fault, CancellationToken ct)
    {
        if (asked)
        {
            await creation.RemoveSurelyAsync(context, ct);
        }

        await creation.FailAsync(context, fault);
    }

    /// <summary>
    /// An import lives in the request that brings its bytes, so after a stop it cannot go on. Either the host had taken all of
    /// it, then it is done; or the host left nothing behind, then it failed.
    /// </summary>
    public async Task SettleImportAsync(WorkContext context, CancellationToken ct)
    {
        for (int looks = 1; ; looks++)
        {
            try
            {
                if (await creation.FindOnHostAsync(context, ct) is { } files)
                {
                    await creation.SucceedAsync(context, files, ct);
                    return;
                }

                // The host may be about to finish, or to undo, what it had when the connection broke.
                if (looks >= (context.Task.Cancellable ? ImportLooks : FinishingLooks))
                {
                    await UndoAsync(context, asked: true, Interrupted(context), ct);
                    return;
                }
            }
            catch (RpcException e) when (HostCalls.IsTransport(e) && !ct.IsCancellationRequested)
            {
                looks = 0;
            }
            catch (FaultException e) when (!ct.IsCancellationRequested)
            {
                await UndoAsync(context, asked: true, e.Fault, ct);
                return;
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    private static Fault Interrupted(WorkContext context) => new(
        FaultTypes.InvalidState, "lorica.importInterrupted", context.Vm.Name,
        $"The import of {context.Vm.Name} was broken off; nothing of it was kept.", "Import it again.");
}
