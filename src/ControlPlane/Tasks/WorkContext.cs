using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tasks;

/// <summary>What a work is about.</summary>
/// <param name="Task">Its task.</param>
/// <param name="Vm">The VM.</param>
/// <param name="Arguments">What was asked.</param>
/// <param name="Resumed">An earlier run may have done part of it.</param>
internal sealed record WorkContext(TaskRow Task, VmRow Vm, VmTaskArguments Arguments, bool Resumed)
{
    /// <summary>What it needs of its caller.</summary>
    public TaskNeeds Needs { get; init; } = TaskNeeds.None;

    /// <summary>Fires when the task is asked to end; heeded between <see cref="TaskStore.EnterCancellableAsync"/> and
    /// <see cref="TaskStore.EnterUncancellableAsync"/>.</summary>
    public CancellationToken Cancelled { get; init; }
}
