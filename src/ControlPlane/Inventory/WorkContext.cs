using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Inventory;

/// <summary>What a work is about.</summary>
/// <param name="Task">Its task.</param>
/// <param name="Vm">The VM.</param>
/// <param name="Arguments">What was asked.</param>
/// <param name="Resumed">An earlier run may have done part of it.</param>
internal sealed record WorkContext(TaskRow Task, VmRow Vm, VmTaskArguments Arguments, bool Resumed)
{
    /// <summary>Fires when the task is asked to end; heeded between <see cref="TaskBoard.EnterCancellableAsync"/> and
    /// <see cref="TaskBoard.EnterUncancellableAsync"/>.</summary>
    public CancellationToken Cancelled { get; init; }
}
