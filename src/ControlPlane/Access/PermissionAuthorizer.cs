using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Decides by the permissions in the database, as they are at this moment. A refusal is an audit event before it is an answer, so
/// <see cref="RequireAsync"/> is never called inside a unit of work: there <see cref="BeginCheck"/> asks.
/// </summary>
public sealed class PermissionAuthorizer(CenterStore store, RefusalAudit refusals, TimeProvider time) : IAuthorizer
{
    /// <inheritdoc />
    public async Task RequireAsync(Caller caller, string privilege, ObjectRef target, CancellationToken ct)
    {
        if (!await HoldsAsync(caller, privilege, target, ct))
        {
            var refused = AccessFaults.NoPermission(caller, privilege, target);
            await refusals.NoteAsync(refused);
            throw refused;
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

    /// <inheritdoc />
    public async Task<VmScope> VmsAsync(Caller caller, string privilege, CancellationToken ct)
    {
        AccessFaults.RequireKnown(privilege);
        return caller.IsSystem ? VmScope.All : await store.ReadAsync(
            async db => await VmScopes.OfAsync(db, await CallerAccess.LoadAsync(db, caller, time, ct), privilege, ct), ct);
    }
}
