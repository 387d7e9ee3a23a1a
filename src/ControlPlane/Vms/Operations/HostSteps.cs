using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Hosts as running work asks them: for what can be asked for again and again. A host that does not answer may have done it or
/// not, so it is waited for: only its answer says where the VM stands.
/// </summary>
internal sealed class HostSteps(HostClient hosts, TaskStore tasks, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Begins a step: notes it, and gives the host that is asked until it answers.</summary>
    /// <param name="context">The work.</param>
    /// <param name="hostId">The VM's host, or another.</param>
    /// <param name="step">For people.</param>
    /// <param name="ct">The center stops.</param>
    /// <param name="undoes">The step undoes another of which an attempt may be under way still.</param>
    public async Task<RemoteHost> BeginAsync(
        WorkContext context, string hostId, string step, CancellationToken ct, bool undoes = false)
    {
        string id = context.Task.Id;
        await tasks.ProgressAsync(id, step, 0, 0, ct);
        return hosts.UntilAnswered(
            hostId, stopping => tasks.ProgressAsync(id, $"{step}: waiting for the host", 0, 0, stopping),
            askedBefore: context.Resumed || undoes);
    }

    /// <summary>The VM's files as its host, or another, has them; null when it is not on that host's list.</summary>
    public async Task<VmFiles?> FindAsync(WorkContext context, string hostId, CancellationToken ct) =>
        await (await BeginAsync(context, hostId, "look", ct)).Vms.FindAsync(context.Vm.Id, ct);

    /// <summary>
    /// The files of a VM that its host was asked to make or to change, as soon as they can be read; null when the VM is not on
    /// the host's list. That they cannot be read for the moment, or that the host will not tell of them, is no verdict on what
    /// came of it: that is waited for.
    /// </summary>
    /// <exception cref="FaultException">The host answered about another VM, or the center does not know the host.</exception>
    public async Task<VmFiles?> FindSurelyAsync(WorkContext context, CancellationToken ct)
    {
        string id = context.Task.Id;
        var host = hosts.UntilAnswered(
            context.Vm.HostId, stopping => tasks.ProgressAsync(id, "waiting for the host", 0, 0, stopping));
        while (true)
        {
            string why;
            try
            {
                var files = await host.Vms.FindAsync(context.Vm.Id, ct);
                if (RecordCheck.UnreadableOf(files) is not { } unreadable)
                {
                    return files;
                }

                why = unreadable.Message;
            }
            catch (FaultException e) when (HostFailures.IsOfHost(e) && e.Fault.Key != HostReplies.OtherKey
                && !ct.IsCancellationRequested)
            {
                why = e.Fault.Message;
            }

            await tasks.ProgressAsync(id, JobDriver.Waiting(why), 0, 0, ct);
            await Task.Delay(Pause, time, ct);
        }
    }

    /// <summary>
    /// The VM's files as its host has them; work that was taken up again after a start of the center waits a while for a host
    /// that is not up yet.
    /// </summary>
    public Task<VmFiles> DescribeAsync(WorkContext context, CancellationToken ct)
    {
        string id = context.Vm.HostId;
        return (context.Resumed ? hosts.AskAgain(id, Patience) : hosts.AskAgain(id)).Vms.DescribeAsync(context.Vm.Id, ct);
    }

    /// <summary>
    /// The same for several calls by <see cref="HostClient.Once(string)"/>, of which a later one counts on what an earlier one
    /// found: all of them are made again.
    /// </summary>
    public async Task<T> PatientlyAsync<T>(WorkContext context, Func<Task<T>> call, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (FaultException e) when (context.Resumed && (HostFailures.IsUnanswered(e) || HostFailures.IsBusy(e))
                && !ct.IsCancellationRequested && time.GetElapsedTime(start) < Patience)
            {
                // Not up yet, gone in the middle, or still at what an earlier run asked for: asked again.
            }

            await Task.Delay(Pause, time, ct);
        }
    }
}
