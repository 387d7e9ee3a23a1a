using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Inventory;

namespace Lorica.ControlPlane.Policies;

/// <summary>Storage policies, as the faces of the center see them.</summary>
public sealed class PolicyService(PolicyCatalog catalog, IAuthorizer authorizer)
{
    /// <summary>All policies, by name.</summary>
    public async Task<IReadOnlyList<StoragePolicy>> ListAsync(Caller caller, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.StoragePolicy, ObjectRef.Root, ct);
        return (await catalog.ReadAsync(ct)).All;
    }
}
