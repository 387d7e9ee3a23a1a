using Lorica.Contracts.Faults;

namespace Lorica.Contracts.Rest;

/// <summary>RFC 9457 problem details (<c>application/problem+json</c>) of every refusal.</summary>
/// <param name="Type"><c>urn:lorica:fault:</c> and the fault's type.</param>
/// <param name="Title">The fault's type.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">The fault's message.</param>
/// <param name="Code">The fault's key; stable, for programs.</param>
/// <param name="Object">What the fault is about.</param>
/// <param name="Hint">What to do.</param>
/// <param name="Keys">Keys out of reach, with the reason of each.</param>
/// <param name="CorrelationId">Under which the center's log has more.</param>
public sealed record ProblemModel(
    string Type, string Title, int Status, string Detail, string Code, string Object, string Hint,
    IReadOnlyList<KeyReason>? Keys = null, string? CorrelationId = null);
