namespace Lorica.Contracts.Rest;

/// <summary>What a repair of a VM's records comes to.</summary>
/// <param name="Vm">Name of the VM.</param>
/// <param name="Ok">Nothing stands against it.</param>
/// <param name="Applied">It was done.</param>
/// <param name="Objects">Each object of the VM, home first.</param>
/// <param name="Next">What finishes a job that the files say is begun; empty when there is none.</param>
public sealed record RepairModel(string Vm, bool Ok, bool Applied, IReadOnlyList<RepairObjectModel> Objects, string Next);
