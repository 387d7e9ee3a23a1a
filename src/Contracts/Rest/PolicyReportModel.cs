namespace Lorica.Contracts.Rest;

/// <summary><c>GET /api/v1/policies/reports/{task}</c>: how applying a policy to many VMs goes.</summary>
/// <param name="Task">The task under which each VM has its own.</param>
/// <param name="Policy">The policy.</param>
/// <param name="State">State of the task.</param>
/// <param name="Items">One for each VM, in the order in which they were asked for.</param>
public sealed record PolicyReportModel(string Task, PolicyRefModel Policy, string State, IReadOnlyList<PolicyOutcomeModel> Items);
