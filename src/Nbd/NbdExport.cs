using Lorica.Disks;

namespace Lorica.Nbd;

/// <summary>
/// A device that clients can open by name. The server does not own the device: who made it disposes it after the server has
/// ended.
/// </summary>
/// <param name="Name">At most <see cref="MaximumNameBytes"/> bytes of UTF-8; the first export of a server also answers to the
/// empty name.</param>
/// <param name="Device">
/// Block status is the device's map; trim is offered if the device is <see cref="ISparse"/>.
/// </param>
/// <param name="ReadOnly">Whether everything that changes the device is refused.</param>
public sealed record NbdExport(string Name, IBlockDevice Device, bool ReadOnly = false)
{
    /// <summary>Longest name. The protocol allows 4096; a shorter bound keeps hostile handshakes small.</summary>
    public const int MaximumNameBytes = 256;

    /// <summary>What was served since the export was made, over all connections.</summary>
    public NbdStatistics Statistics { get; } = new();
}
