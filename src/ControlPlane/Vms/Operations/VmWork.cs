using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// What tasks of one kind do. Each can be taken up again from the table alone: it looks at what is there before it acts.
/// </summary>
internal abstract class VmWork
{
    /// <summary>What is known of it.</summary>
    public abstract OperationInfo Info { get; }

    /// <summary>Runs a task, its first time or again.</summary>
    public abstract Task RunAsync(WorkContext context, CancellationToken ct);

    /// <summary>Whether no number of tries ends it while the database fails.</summary>
    public abstract Task<bool> MustGoOnAsync(WorkContext context, CancellationToken ct);
}
