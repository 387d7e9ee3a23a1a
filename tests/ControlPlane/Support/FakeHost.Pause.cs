using System.Collections.Concurrent;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Paused guests of the fake host.</summary>
internal sealed partial class FakeHost
{
    /// <summary>By VM id.</summary>
    public ConcurrentDictionary<string, bool> Paused { get; } = new();

    public override Task<PauseVmReply> PauseVm(PauseVmRequest request, ServerCallContext context)
    {
        if (Find(request.VmId).PowerState != "poweredOn")
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidPowerState, "lorica.powerState", request.VmId, "off"));
        }

        if (request.Paused)
        {
            Paused[request.VmId] = true;
        }
        else
        {
            Paused.TryRemove(request.VmId, out _);
        }

        return Task.FromResult(new PauseVmReply());
    }
}
