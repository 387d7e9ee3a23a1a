namespace Lorica.Contracts.Rest;

/// <summary>
/// <c>POST /api/v1/vms/{vm}/recrypt</c>. Without <paramref name="Home"/> and <paramref name="Disks"/>: everything that is
/// encrypted.
/// </summary>
/// <param name="Mode"><c>shallow</c>: new KEK, same DEKs, any power state. <c>deep</c>: new DEKs too, data rewritten; powered
/// off.</param>
/// <param name="Home">Recrypt VM home.</param>
/// <param name="Disks">Labels of the disks.</param>
/// <param name="Force">Deep, although the start of a disk looks like nothing known.</param>
/// <param name="Keys">Keys to use; left out: a new one of the default provider for all.</param>
public sealed record RecryptBody(
    string Mode, bool? Home = null, IReadOnlyList<string>? Disks = null, bool Force = false,
    IReadOnlyList<KeySpecBody>? Keys = null);
