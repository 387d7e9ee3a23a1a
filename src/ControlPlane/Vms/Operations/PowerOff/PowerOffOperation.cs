using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.PowerOff;

/// <summary>Powers a VM off. That never depends on files or keys.</summary>
internal sealed class PowerOffOperation(OperationServices services, PowerSteps power) : VmOperation<PowerOffRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.PowerOff, "vm power off", Privileges.PowerOff);

    /// <inheritdoc />
    protected override Task<PowerOffRequest> PrepareAsync(
        Caller caller, VmRow vm, PowerOffRequest request, List<string> asked, CancellationToken ct) =>
        request.TimeoutSeconds is < 0 or > PowerOffRequest.MaximumTimeout
            ? throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.timeout", vm.Name,
                $"The time-out is 0 to {PowerOffRequest.MaximumTimeout} seconds.", "Correct the request."))
            : Task.FromResult(request);

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, PowerOffRequest request, CancellationToken ct)
    {
        var vm = await Vms.FreeAsync(vmId, ct);
        return await Vms.DescribeAsync(vm, ct) is { PowerState: PowerState.On } ? new Begun(vm, request)
            : throw PowerSteps.Refused(vm, $"{vm.Name} is powered off already.");
    }

    /// <inheritdoc />
    protected override Task RunAsync(WorkContext context, PowerOffRequest request, CancellationToken ct) => power.RunAsync(
        context, "stopping", PowerState.Off, fenced: false,
        () => power.OffAsync(context, request.Hard, request.TimeoutSeconds, ct), ct);

    /// <inheritdoc />
    protected override PowerOffRequest FromFirst(FirstTaskArguments first) => new(first.Hard, first.TimeoutSeconds);
}
