using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// What was refused to whom, kept with the exception from where it is thrown to where it can be told: inside a transaction that
/// is rolled back nothing can be written.
/// </summary>
internal sealed record Refusal(Caller Caller, string Privilege, ObjectRef Target)
{
    private const string Key = "lorica.refusal";

    /// <summary>
    /// The refusal of an exception that <see cref="AccessFaults.NoPermission"/> made, once: null of another one, and of one that
    /// was told of already on its way.
    /// </summary>
    public static Refusal? Take(FaultException e)
    {
        var refusal = e.Data[Key] as Refusal;
        e.Data.Remove(Key);
        return refusal;
    }

    /// <summary>Keeps it with <paramref name="e"/>.</summary>
    public FaultException In(FaultException e)
    {
        e.Data[Key] = this;
        return e;
    }
}
