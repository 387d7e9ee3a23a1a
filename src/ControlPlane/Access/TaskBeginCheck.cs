using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary><see cref="BeginCheck"/> for the table of tasks, which knows nothing of privileges.</summary>
internal sealed class TaskBeginCheck(RefusalAudit refusals, TimeProvider time) : IBeginCheck
{
    /// <inheritdoc />
    public Task RequireAsync(CenterDb db, TaskNeeds needs, VmRow vm, Caller caller, CancellationToken ct) =>
        BeginCheck.RequireAsync(db, needs, vm, caller, time, ct);

    /// <inheritdoc />
    public Task RefusedAsync(FaultException refusal) => refusals.NoteAsync(refusal);
}
