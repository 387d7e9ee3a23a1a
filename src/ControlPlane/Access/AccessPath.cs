using Lorica.ControlPlane.Tree;
using Lorica.Model;

namespace Lorica.ControlPlane.Access;

/// <summary>An object and those above it.</summary>
/// <param name="Kind">Kind of the object.</param>
/// <param name="Ids">The object first, the root last.</param>
internal readonly record struct AccessPath(string Kind, IReadOnlyList<string> Ids)
{
    private static readonly AccessPath Root = new(ObjectKinds.Root, [InventoryIds.Root]);

    /// <summary>
    /// What hangs at the root is checked at the root itself; its id is a name that somebody chose, and means nothing here.
    /// </summary>
    public static AccessPath Of(ObjectRef target, Func<ObjectRef, IReadOnlyList<string>> path) =>
        AtRoot(target.Kind) ? Root : new AccessPath(target.Kind, path(target));

    /// <summary>The same from the database.</summary>
    public static async Task<AccessPath> OfAsync(Store.CenterDb db, ObjectRef target, CancellationToken ct) =>
        AtRoot(target.Kind) ? Root : new AccessPath(target.Kind, await InventoryTree.PathAsync(db, target, ct));

    private static bool AtRoot(string kind) =>
        kind is ObjectKinds.Root or ObjectKinds.Policy or ObjectKinds.Provider or ObjectKinds.Principal;
}
