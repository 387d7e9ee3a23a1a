using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tree;

namespace Lorica.ControlPlane.Access;

/// <summary>Decides by the permissions in the database, as they are at this moment.</summary>
public sealed class PermissionAuthorizer(CenterStore store, TimeProvider time) : IAuthorizer
{
    /// <inheritdoc />
    public async Task RequireAsync(Caller caller, string privilege, ObjectRef target, CancellationToken ct)
    {
        if (!await HoldsAsync(caller, privilege, target, ct))
        {
            throw AccessFaults.NoPermission(caller, privilege, target);
        }
    }

    /// <inheritdoc />
    public async Task<bool> HoldsAsync(Caller caller, string privilege, ObjectRef target, CancellationToken ct)
    {
        AccessFaults.RequireKnown(privilege);
        return caller.IsSystem || await store.ReadAsync(
            async db => (await CallerAccess.LoadAsync(db, caller, time, ct))
                .Holds(privilege, await AccessPath.OfAsync(db, target, ct)), ct);
    }

    /// <inheritdoc />
    public Task<AccessView> ViewAsync(Caller caller, CancellationToken ct) =>
        store.ReadAsync(
            async db =>
                new AccessView(await CallerAccess.LoadAsync(db, caller, time, ct), await TreeState.LoadAsync(db, ct)), ct);
}
