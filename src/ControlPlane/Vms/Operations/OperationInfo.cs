using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What is known of an operation on a VM without running it.</summary>
/// <param name="Kind">Kind of its tasks.</param>
/// <param name="Command">Command that asks for it: the words after <c>lorica</c>.</param>
/// <param name="Privileges">What it needs, in the order in which they are asked for.</param>
internal sealed record OperationInfo(string Kind, string Command, params IReadOnlyList<string> Privileges)
{
    /// <summary>Needed too when the VM is encrypted; null for none.</summary>
    public string? WhenEncrypted { get; init; }

    /// <summary>The VM comes with it: privileges are asked for at its folder.</summary>
    public bool IsNew { get; init; }

    /// <summary>It puts files on a datastore.</summary>
    public bool TakesSpace { get; init; }

    /// <summary>
    /// It has a VM on its way, which only its own end puts into its place or takes back: a database that fails never ends it.
    /// </summary>
    public bool IsNeverGivenUp { get; init; }

    /// <summary>Event that tells of a failure beside the task; null for none.</summary>
    public string? FailureEvent { get; init; }

    /// <summary>What a task needs of its caller.</summary>
    /// <param name="asked">Privileges beside these that the request was asked for.</param>
    public TaskNeeds Needs(IEnumerable<string> asked) => new([.. Privileges, .. asked])
    {
        WhenEncrypted = WhenEncrypted, IsNew = IsNew, TakesSpace = TakesSpace,
    };
}
