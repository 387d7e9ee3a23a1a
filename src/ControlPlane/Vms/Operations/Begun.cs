using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What an operation decided when it began, right before its task is written.</summary>
/// <param name="Vm">The VM as it was looked at: its epoch is taken by compare-and-swap.</param>
/// <param name="Request">The request with what was decided.</param>
internal sealed record Begun(VmRow Vm, object Request)
{
    /// <summary>What every operation decides in the same way.</summary>
    public VmTaskArguments Plan { get; init; } = new();

    /// <summary>Written in the transaction that begins the task; null for nothing.</summary>
    public Func<CenterDb, TaskRow, Task>? Also { get; init; }

    /// <summary>The work that the request comes to when it is not the operation's own.</summary>
    public VmWork? As { get; init; }
}
