namespace Lorica.ControlPlane.Vms.Operations.MigrateVm;

/// <summary>Moves a powered-off VM to another host that sees the same datastore.</summary>
/// <param name="Host">Host to which it goes: name, then id.</param>
/// <param name="FromHost">Id of the host from which it comes; decided when it begins.</param>
/// <param name="Path">Where its files lie; decided when it begins.</param>
public sealed record MigrateVmRequest(string Host, string FromHost = "", string Path = "");
