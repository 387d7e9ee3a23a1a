using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Support;

internal sealed partial class TestCenter
{
    /// <summary>Operations on VMs.</summary>
    public VmFace Vms => new(this);

    /// <summary>Asks the VM's grain, past what is asked of the caller before.</summary>
    public Task<string> AskGrainAsync(Caller caller, string vmId, object request) =>
        Service<IGrainFactory>().GetGrain<IVmGrain>(vmId).BeginAsync(
            caller, Service<OperationRegistry>().Of(request).Info.Kind, RequestJson.Write(request).GetRawText(), []);
}
