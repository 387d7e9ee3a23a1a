using Lorica.ControlPlane.Tree;
using Lorica.Model;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// What one caller may, in memory: for lists. It is true for the moment at which it was made; whoever is about to change
/// something asks <see cref="IAuthorizer.RequireAsync"/>.
/// </summary>
public sealed class AccessView
{
    private readonly CallerAccess _access;
    private readonly TreeState _tree;

    internal AccessView(CallerAccess access, TreeState tree)
    {
        _access = access;
        _tree = tree;
    }

    /// <summary>Whether the caller holds <paramref name="privilege"/> at <paramref name="target"/>.</summary>
    public bool Holds(string privilege, ObjectRef target)
    {
        AccessFaults.RequireKnown(privilege);
        return _access.Holds(privilege, AccessPath.Of(target, _tree.Path));
    }
}
