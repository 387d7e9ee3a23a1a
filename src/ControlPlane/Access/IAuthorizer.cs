using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>The one place that says whether a caller may do something.</summary>
public interface IAuthorizer
{
    /// <summary>Returns when <paramref name="caller"/> holds <paramref name="privilege"/> at <paramref name="target"/>.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission that names the object and the privilege.</exception>
    Task RequireAsync(Caller caller, string privilege, ObjectRef target, CancellationToken ct);

    /// <summary>Whether <paramref name="caller"/> holds <paramref name="privilege"/> at <paramref name="target"/>.</summary>
    Task<bool> HoldsAsync(Caller caller, string privilege, ObjectRef target, CancellationToken ct);

    /// <summary>
    /// What <paramref name="caller"/> may, loaded once: for lists, where one question per object would be slow.
    /// </summary>
    Task<AccessView> ViewAsync(Caller caller, CancellationToken ct);

    /// <summary>
    /// The VMs on which <paramref name="caller"/> holds <paramref name="privilege"/>, as the database is asked for them: for
    /// lists that come in pages. True for the moment at which it was made.
    /// </summary>
    Task<VmScope> VmsAsync(Caller caller, string privilege, CancellationToken ct);
}
