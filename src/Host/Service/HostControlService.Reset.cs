using Grpc.Core;
using Lorica.Contracts.Host;

namespace Lorica.Host.Service;

/// <summary>Resetting a guest.</summary>
internal sealed partial class HostControlService
{
    public override async Task<ResetVmReply> ResetVm(ResetVmRequest request, ServerCallContext context)
    {
        await node.Resets.ResetAsync(request, context.CancellationToken);
        return new ResetVmReply();
    }
}
