namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What a task is to change in place; the objects and their keys stand in what every task keeps.</summary>
/// <param name="Home">VM home is among the objects.</param>
/// <param name="Disks">Labels of the disks among them.</param>
/// <param name="Force">Although the start of a disk looks like nothing known.</param>
/// <param name="Deep">Recrypt: new DEKs too.</param>
internal sealed record CryptoJob(bool Home, IReadOnlyList<string> Disks, bool Force, bool Deep = false);
