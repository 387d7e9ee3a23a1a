namespace Lorica.Model;

/// <summary>A change of a VM that its host tells by itself.</summary>
/// <param name="VmId">The VM, as the host says.</param>
/// <param name="PowerState"><c>poweredOn</c> or <c>poweredOff</c>.</param>
/// <param name="What"><c>poweredOn</c>, <c>poweredOff</c>, <c>guestEnded</c>, <c>vmxRestarted</c>, <c>ioError</c>,
/// <c>guestGoesOn</c>.</param>
/// <param name="Detail">More of it, for people.</param>
public sealed record VmChange(string VmId, string PowerState, string What, string Detail);
