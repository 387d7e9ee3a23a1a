using Lorica.Contracts.Faults;

namespace Lorica.Contracts.Rest;

/// <summary>What applying a policy came to at one VM.</summary>
/// <param name="Vm">Name of the VM.</param>
/// <param name="VmId">Its id; empty when there is no such VM.</param>
/// <param name="State"><c>waiting</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>.</param>
/// <param name="Action"><c>encrypt</c>, <c>decrypt</c>, <c>none</c> (the files were already as the policy wants); empty while not
/// known.</param>
/// <param name="Task">Its own task; null when it was refused before one began.</param>
/// <param name="Fault">Why it was refused or failed.</param>
public sealed record PolicyOutcomeModel(string Vm, string VmId, string State, string Action, string? Task, Fault? Fault);
