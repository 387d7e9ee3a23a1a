using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;

namespace Lorica.ControlPlane.Compliance;

/// <summary>Compliance of VMs with their policies, found by reading their files; and the alarm on what drifted.</summary>
public sealed class ComplianceService(VmQueries vms, AlarmStore alarms)
{
    /// <summary>One VM by name or id.</summary>
    public async Task<ComplianceModel> GetAsync(Caller caller, string vm, CancellationToken ct) =>
        ToModel(await vms.GetAsync(caller, vm, ct));

    /// <summary>All VMs that the caller can see, by name.</summary>
    public async Task<IReadOnlyList<ComplianceModel>> ListAsync(Caller caller, CancellationToken ct) =>
        [.. (await vms.ListAsync(caller, ct)).Select(ToModel)];

    /// <summary>
    /// Looks at all VMs: the alarm is raised where files and policy differ, and cleared where they do no more. A VM with a task
    /// under way and one that cannot be read keep the alarm that they have.
    /// </summary>
    public async Task CheckAllAsync(CancellationToken ct)
    {
        foreach (var vm in await vms.ListAsync(Caller.System, ct))
        {
            if (vm.Task is not null || vm.Compliance == ComplianceStates.Unknown)
            {
                continue;
            }

            if (vm.Compliance is ComplianceStates.NonCompliant or ComplianceStates.OutOfDate)
            {
                string drift =
                    string.Join(" ", vm.Drift.Concat(vm.Disks.SelectMany(d => d.Drift)).Distinct(StringComparer.Ordinal));
                await alarms.RaiseAsync(
                    AlarmIds.PolicyDrift, new ObjectRef(ObjectKinds.Vm, vm.Id, vm.Name),
                    vm.Compliance == ComplianceStates.NonCompliant ? AlarmSeverity.Critical : AlarmSeverity.Warning,
                    $"{vm.Name} is {vm.Compliance}: {drift} Apply its policy again: lorica vm policy set.", ct);
            }
            else
            {
                await alarms.ClearAsync(AlarmIds.PolicyDrift, vm.Id, ct);
            }
        }
    }

    private static ComplianceModel ToModel(VmModel vm) => new(vm.Name, vm.Id, vm.Compliance,
    [
        new ObjectComplianceModel("home", vm.Path, vm.Policy, vm.HomeCompliance, vm.Drift),
        .. vm.Disks.Select(d => new ObjectComplianceModel(d.Label, d.Path, d.Policy, d.Compliance, d.Drift)),
    ]);
}
