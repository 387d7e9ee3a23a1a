using Lorica.ControlPlane.Store;

namespace Lorica.ControlPlane.Inventory;

/// <summary>What a work is about.</summary>
/// <param name="Task">Its task.</param>
/// <param name="Vm">The VM.</param>
/// <param name="Arguments">What was asked.</param>
/// <param name="Resumed">An earlier run may have done part of it.</param>
internal sealed record WorkContext(TaskRow Task, VmRow Vm, VmTaskArguments Arguments, bool Resumed);
