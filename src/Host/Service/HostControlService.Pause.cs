using Grpc.Core;
using Lorica.Contracts.Host;

namespace Lorica.Host.Service;

/// <summary>Pausing a guest.</summary>
internal sealed partial class HostControlService
{
    public override async Task<PauseVmReply> PauseVm(PauseVmRequest request, ServerCallContext context)
    {
        await node.Pauses.PauseAsync(request, context.CancellationToken);
        return new PauseVmReply();
    }
}
