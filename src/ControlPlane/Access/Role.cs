using System.Collections.Frozen;

namespace Lorica.ControlPlane.Access;

/// <summary>A named set of privileges.</summary>
/// <param name="Id">Negative when it is built in.</param>
/// <param name="Name">Name.</param>
/// <param name="Description">For people.</param>
/// <param name="Privileges">What it holds.</param>
public sealed record Role(int Id, string Name, string Description, FrozenSet<string> Privileges)
{
    /// <summary>Whether it cannot be edited, only cloned.</summary>
    public bool BuiltIn => Id < 0;
}
