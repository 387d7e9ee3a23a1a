namespace Lorica.Model;

/// <summary>A change of a VM that its host tells by itself.</summary>
/// <param name="VmId">The VM, as the host says.</param>
/// <param name="PowerState">Its power state now.</param>
/// <param name="What">What has become of it.</param>
/// <param name="Detail">More of it, for people.</param>
public sealed record VmChange(string VmId, PowerState PowerState, VmChangeKind What, string Detail);
