using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// Asks a host for something that it can be asked for again and again. A host that does not answer may have done it or not, so it
/// is waited for: only its answer says where the VM stands.
/// </summary>
internal sealed class LifeCalls(HostLinks links, TaskStore tasks, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>The VM's files as its host, or another, has them; null when it is not on that host's list.</summary>
    public async Task<VmFiles?> FindAsync(WorkContext context, string hostId, CancellationToken ct)
    {
        try
        {
            return await AskAsync(
                context, "look", LookTimeout, o =>
                    links.Client(hostId).DescribeVmAsync(new VmRequest { VmId = context.Vm.Id }, o), ct);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The files as the host answers them, or its refusal as it is.</summary>
    public async Task<VmFiles> AskAsync(
        WorkContext context, string step, TimeSpan timeout, Func<CallOptions, AsyncUnaryCall<VmDescription>> call,
        CancellationToken ct) => (await AskAsync<VmDescription>(context, step, timeout, call, ct)).ToModel();

    /// <summary>The answer, or the host's refusal as it is.</summary>
    /// <param name="context">The work.</param>
    /// <param name="step">For people.</param>
    /// <param name="timeout">Of one attempt.</param>
    /// <param name="call">The call.</param>
    /// <param name="ct">The center stops.</param>
    public async Task<T> AskAsync<T>(
        WorkContext context, string step, TimeSpan timeout, Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken ct)
    {
        await tasks.ProgressAsync(context.Task.Id, step, 0, 0, ct);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await call(new CallOptions(deadline: time.GetUtcNow().UtcDateTime + timeout, cancellationToken: ct));
            }
            catch (RpcException e) when (HostCalls.IsTransport(e) && !ct.IsCancellationRequested)
            {
                await tasks.ProgressAsync(context.Task.Id, $"{step}: waiting for the host", 0, 0, ct);
            }

            await Task.Delay(pause, time, ct);
        }
    }
}
