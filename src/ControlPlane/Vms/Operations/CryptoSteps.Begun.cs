using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What a refusal may end, and what it may not.</summary>
internal sealed partial class CryptoSteps
{
    /// <summary>
    /// Step 1, to its end or to a refusal that may end the task.
    /// <code>
    /// refused ┬ files say: nothing begun ─► records of this task withdrawn, task ends with the reason
    ///         ├ files say: begun ─────────► the host is brought back into encryption mode as the system, and all of it is
    ///         │                             tried again until it goes; the reason stands in the task's step
    ///         └ files cannot be read ─────► the task ends, but no record is touched: the next look at the VM settles them
    /// </code>
    /// What was allowed when it began is brought to its end, whoever may what by now: a disk that is encrypted to one half can
    /// neither be run nor be given back. A database that fails says nothing about the work and ends none of it.
    /// </summary>
    private async Task<Dictionary<string, ExpectedKey>> PreparedAsync(WorkContext context, CancellationToken ct)
    {
        var (allowed, begun, told) = (false, false, "");
        for (var pause = LookPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            Exception refusal;
            try
            {
                if (!allowed)
                {
                    await resume.RequireAsync(context, async () => await BegunAsync(context, ct) == WorkBegun.Yes, ct);
                    allowed = true;
                }

                await EnsureSafeAsync(context, begun, ct);
                return await KeysAsync(context, context.Vm, ct);
            }
            catch (Exception e) when (!CenterStore.IsFailure(e) && !ct.IsCancellationRequested)
            {
                refusal = e;
            }

            var files = await BegunAfterAllAsync(context, ct);
            if (files != WorkBegun.Yes)
            {
                if (files == WorkBegun.No)
                {
                    await AbandonAsync(context);
                }

                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(refusal);
            }

            (allowed, begun) = (true, true);
            string why = refusal is FaultException f ? f.Fault.Message : refusal.GetType().Name;
            await tasks.ProgressAsync(context.Task.Id, JobDriver.Waiting(why), 0, 0, ct);
            if (told != why)
            {
                told = why;
                await events.AddAsync(EventIds.TaskWaits, context.Task.UserName, context.Vm.Name,
                    $"Task {context.Task.Id} ({context.Task.Kind}) of {context.Vm.Name} waits, since its files are in the middle "
                        + $"of it: {why}", ct);
            }

            await Task.Delay(pause, time, ct);
        }
    }

    /// <summary>
    /// The same when it decides whether a key is given up: a host that was asked by an earlier run may be about to change the
    /// first file, so its word on the job comes first.
    /// </summary>
    private async Task<WorkBegun> BegunAfterAllAsync(WorkContext context, CancellationToken ct)
    {
        var begun = await BegunAsync(context, ct);
        if (begun != WorkBegun.No || !context.Resumed)
        {
            return begun;
        }

        await jobs.TakeBackAsync(context, ct);
        return await BegunAsync(context, ct);
    }

    /// <summary>What the files say of this task; waits for the host, since nobody else can say.</summary>
    internal async Task<WorkBegun> BegunAsync(WorkContext context, CancellationToken ct)
    {
        try
        {
            var files = await LookAsync(context, ct);
            return BegunWork.Of(context, files, await lookup.RecordsAsync(context.Vm.Id, ct));
        }
        catch (FaultException e) when (HostFailures.IsOfHost(e) && !ct.IsCancellationRequested)
        {
            return WorkBegun.Unknown;
        }
    }

    /// <summary>The files, as soon as the host tells of them.</summary>
    /// <exception cref="FaultException">The host refuses to.</exception>
    private Task<VmFiles> LookAsync(WorkContext context, CancellationToken ct) =>
        hosts.UntilAnswered(
            context.Vm.HostId, stopping => tasks.ProgressAsync(context.Task.Id, "waiting for the host", 0, 0, stopping))
            .Vms.DescribeAsync(context.Vm.Id, ct);

    /// <summary>
    /// The files behind a job that succeeded, as soon as they can be read: what cannot be read is no verdict on it, and records
    /// that do not follow files which a decryption made plain would lose the VM.
    /// </summary>
    private async Task<VmFiles> LookAtWholeAsync(WorkContext context, CancellationToken ct) =>
        await steps.FindSurelyAsync(context, ct) ?? throw VmLook.FilesGone(context.Vm);

    /// <summary>
    /// The host may have left encryption mode, and the caller's rights may be others, since the task was begun. For work that the
    /// files say is begun nobody is asked again: the center itself brings the host back.
    /// </summary>
    private async Task EnsureSafeAsync(WorkContext context, bool begun, CancellationToken ct)
    {
        if (context.Task.Kind == TaskKinds.Decrypt)
        {
            return;
        }

        if (begun)
        {
            await hostCrypto.BringBackAsync(context.Task, context.Vm.HostId, ct);
        }
        else
        {
            await hostCrypto.EnsureSafeIfThereAsync(context.Task, context.Vm.HostId, ct);
        }
    }

    private Task AbandonAsync(WorkContext context) => store.WriteAsync(
        db => register.AbandonAsync(db, context.Task.Id, context.Task.UserName, context.Vm.Name, CancellationToken.None),
        CancellationToken.None);
}
