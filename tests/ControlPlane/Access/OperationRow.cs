using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Access;

/// <summary>One operation of an application service.</summary>
/// <param name="Method"><c>Class.Method</c>.</param>
/// <param name="Object">Name of the object at which the privileges are checked.</param>
/// <param name="Privileges">All that it needs; none when it shows or changes only what is the caller's own.</param>
/// <param name="Act">Asks for it: with the privileges it does it or is refused for another reason.</param>
internal sealed record OperationRow(string Method, string Object, string[] Privileges, Func<TestCenter, Caller, Task> Act)
{
    /// <summary>Privileges that are checked at another object, with its name.</summary>
    public IReadOnlyDictionary<string, string> Elsewhere { get; init; } = new Dictionary<string, string>();
}
