using System.Runtime.ExceptionServices;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Hosts;

/// <summary>For works that call hosts by messages: tells a host that refused from one that could not be talked to.</summary>
internal static class HostCalls
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Whether the transport failed: whatever was asked may have happened or not.</summary>
    public static bool IsTransport(RpcException e) => HostFailures.IsTransport(e);

    /// <summary>Whether a grain's refusal says the same.</summary>
    public static bool IsTransport(FaultException e) => e.Fault.Type == FaultTypes.HostCommunication;

    /// <summary>
    /// Calls the host; work that was taken up again after a start of the center waits a while for a host that is not up yet.
    /// </summary>
    public static async Task<T> PatientlyAsync<T>(
        WorkContext context, TimeProvider time, Func<Task<T>> call, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (
                context.Resumed && IsTransport(e) && !ct.IsCancellationRequested && time.GetElapsedTime(start) < Patience)
            {
                // Not up yet, or gone in the middle: asked again.
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    /// <summary>An answer of <see cref="HostClient"/>, with its failure as the transport had it.</summary>
    public static async Task<T> RawAsync<T>(Task<T> answer)
    {
        try
        {
            return await answer;
        }
        catch (FaultException e) when ((e.InnerException as RpcException ?? e.InnerException?.InnerException) is RpcException raw)
        {
            ExceptionDispatchInfo.Throw(raw);
            throw;
        }
    }

    /// <summary>Whether something failed beside the host that passes by itself.</summary>
    public static bool IsPassing(Exception e) => HostFailures.IsPassing(e)
        || (e is RpcException r && FaultCodec.IsRefusal(r)
            && FaultCodec.FromRpc(r, "the host").Type == FaultTypes.ResourceInUse);
}
