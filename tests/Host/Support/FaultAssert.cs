using Grpc.Core;
using Lorica.Contracts.Faults;

namespace Lorica.Host.Tests.Support;

internal static class FaultAssert
{
    /// <summary>The call is refused with this type and key; gives the fault.</summary>
    public static async Task<Fault> RefusedAsync(string type, string key, Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<RpcException>(call);
        var fault = FaultCodec.FromRpc(e, "host");
        Assert.Equal((type, key), (fault.Type, fault.Key));
        return fault;
    }

    public static Task<Fault> RefusedAsync<T>(string type, string key, AsyncUnaryCall<T> call) =>
        RefusedAsync(type, key, () => call.ResponseAsync);
}
