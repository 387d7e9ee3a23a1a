using Lorica.Model;

namespace Lorica.ControlPlane.Audit;

/// <summary>One subject of refusals, and how often it was refused again; changed under the lock of its owner.</summary>
/// <param name="EventId">One of <see cref="EventIds"/>.</param>
/// <param name="Caller">Who was refused first.</param>
/// <param name="Privilege">What they do not hold.</param>
/// <param name="Target">Where.</param>
/// <param name="Message">The sentence of the first event.</param>
internal sealed record RefusalTally(string EventId, Caller Caller, string Privilege, ObjectRef Target, string Message)
{
    /// <summary>Refusals after the first.</summary>
    public int More { get; set; }

    /// <summary>What is told of by itself; which request it was makes no difference.</summary>
    public (string EventId, string Token, string? Session, string? Address, string Privilege, ObjectRef Target) Subject =>
        (EventId, Caller.TokenId, Caller.Origin?.SessionId, Caller.Origin?.Address, Privilege, Target);
}
