namespace Lorica.Contracts.Rest;

/// <summary>A named set of privileges.</summary>
/// <param name="Id">Negative when it is built in.</param>
/// <param name="Name">Name.</param>
/// <param name="Description">For people.</param>
/// <param name="BuiltIn">It cannot be changed, only cloned.</param>
/// <param name="Privileges">Ids of what it holds.</param>
public sealed record RoleModel(int Id, string Name, string Description, bool BuiltIn, IReadOnlyList<string> Privileges);
