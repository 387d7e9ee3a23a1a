namespace Lorica.Contracts.Rest;

/// <summary>What setting a policy would do, and what stands against it.</summary>
/// <param name="Vm">Name of the VM.</param>
/// <param name="Action"><c>encrypt</c>, <c>decrypt</c>, <c>none</c>; <c>refused</c> when the rules do not let it come to
/// that.</param>
/// <param name="Ok">Nothing stands against it.</param>
/// <param name="Checks">Each check, in the order in which they are made.</param>
public sealed record PreflightModel(string Vm, string Action, bool Ok, IReadOnlyList<PreflightCheckModel> Checks);
