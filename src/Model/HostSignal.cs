namespace Lorica.Model;

/// <summary>A sign of life of a host, and what it tells with it.</summary>
/// <param name="BootId">New at each start of its process.</param>
/// <param name="Vm">A VM that changed; null with a mere heartbeat.</param>
public sealed record HostSignal(string BootId, VmChange? Vm);
