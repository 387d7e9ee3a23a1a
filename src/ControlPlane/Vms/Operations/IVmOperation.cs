using System.Text.Json;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary><see cref="VmOperation{TRequest}"/> without its type.</summary>
internal interface IVmOperation
{
    /// <summary>What is known of it.</summary>
    OperationInfo Info { get; }

    /// <summary>Type of its requests.</summary>
    Type RequestType { get; }

    /// <summary>
    /// Returns when the caller may ask for it: the request as the VM's grain gets it, and what was asked beside.
    /// </summary>
    Task<(object Request, List<string> Asked)> AuthorizeAsync(Caller caller, VmRow vm, object request, CancellationToken ct);

    /// <summary>Checks the rules and begins its task.</summary>
    Task<TaskRow> BeginAsync(string vmId, Caller caller, JsonElement request, IReadOnlyList<string> asked, CancellationToken ct);
}
