using Google.Protobuf;
using Lorica.Contracts.Kept;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// The last description of a VM or of a host, as rows keep it: the bytes of a message of its own (<c>kept.proto</c>), which
/// no change of what hosts send touches.
/// </summary>
internal static class KeptDescriptions
{
    /// <summary>What a row of a VM keeps.</summary>
    public static byte[] Keep(VmFiles files) => files.ToKept().ToByteArray();

    /// <summary>What a row of a host keeps.</summary>
    public static byte[] Keep(HostFacts host) => host.ToKept().ToByteArray();

    /// <summary>What was kept of a VM; empty when nothing was.</summary>
    public static VmFiles FilesOf(byte[]? kept) => kept is null ? new VmFiles() : KeptVm.Parser.ParseFrom(kept).ToModel();

    /// <summary>What was kept of a host; empty when nothing was.</summary>
    public static HostFacts HostOf(byte[]? kept) =>
        kept is null ? new HostFacts() : KeptHost.Parser.ParseFrom(kept).ToModel();
}
