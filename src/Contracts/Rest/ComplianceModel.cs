namespace Lorica.Contracts.Rest;

/// <summary>Compliance of a VM with its storage policies, read from its files.</summary>
/// <param name="Vm">Name.</param>
/// <param name="VmId">Id.</param>
/// <param name="State">The worst of its objects: <c>compliant</c>, <c>nonCompliant</c>, <c>outOfDate</c>, <c>notApplicable</c>,
/// <c>unknown</c>.</param>
/// <param name="Objects">VM home and each disk.</param>
public sealed record ComplianceModel(string Vm, string VmId, string State, IReadOnlyList<ObjectComplianceModel> Objects);
