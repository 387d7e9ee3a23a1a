namespace Lorica.Contracts.Faults;

/// <summary>
/// A refusal, said once and carried unchanged through every face: gRPC trailer, REST problem details, CLI text.
/// It names the object, the rule, and the way out.
/// </summary>
/// <param name="Type">Fault of the vSphere API, or one of <see cref="FaultTypes"/>.</param>
/// <param name="Key">Message key (<c>msg.hostd.…</c>) or Lorica reason (<c>lorica.wrongKey</c>, …); stable, for programs.</param>
/// <param name="Object">What the fault is about: a VM, a disk path, a key.</param>
/// <param name="Message">One sentence that names the object and the rule.</param>
/// <param name="Hint">What to do; empty when there is nothing to do.</param>
public sealed record Fault(string Type, string Key, string Object, string Message, string Hint = "")
{
    /// <summary>Keys that are out of reach, with the reason of each.</summary>
    public IReadOnlyList<KeyReason> Keys { get; init; } = [];
}
