namespace Lorica.Contracts.Rest;

/// <summary>Whether a repair only says what it would do.</summary>
/// <param name="Apply">Do it; otherwise nothing is changed.</param>
public sealed record RepairVmBody(bool Apply = false);
