namespace Lorica.ControlPlane.Policies;

/// <summary>Compliance of one object, and what differs.</summary>
/// <param name="State">One of <see cref="ComplianceStates"/>.</param>
/// <param name="Drift">One sentence for each difference.</param>
public sealed record ObjectCompliance(string State, IReadOnlyList<string> Drift);
