using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Access;

/// <summary><see cref="BeginCheck"/> for the table of tasks, which knows nothing of privileges.</summary>
internal sealed class TaskBeginCheck(TimeProvider time) : IBeginCheck
{
    /// <inheritdoc />
    public Task RequireAsync(CenterDb db, TaskNeeds needs, VmRow vm, Caller caller, CancellationToken ct) =>
        BeginCheck.RequireAsync(db, needs, vm, caller, time, ct);
}
