using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Access;

/// <summary><see cref="BeginCheck"/> for the table of tasks, which knows nothing of privileges.</summary>
internal sealed class TaskBeginCheck(TimeProvider time) : IBeginCheck
{
    /// <inheritdoc />
    public Task RequireAsync(CenterDb db, string kind, VmRow vm, Caller caller, string arguments, CancellationToken ct) =>
        BeginCheck.RequireAsync(db, kind, vm, caller, arguments, time, ct);
}
