using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tasks;

/// <summary>What is asked of the caller once more, in the transaction that begins a task on a VM.</summary>
public interface IBeginCheck
{
    /// <summary>Returns when the caller holds what the task needs.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission: nothing was begun.</exception>
    Task RequireAsync(CenterDb db, TaskNeeds needs, VmRow vm, Caller caller, CancellationToken ct);

    /// <summary>Told of a refusal for want of a privilege when its transaction is rolled back: only then it can be
    /// audited.</summary>
    Task RefusedAsync(FaultException refusal);
}
