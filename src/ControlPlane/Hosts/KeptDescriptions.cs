using Google.Protobuf;
using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// The last description of a VM or of a host, as rows keep it: the bytes of the message that the host sent.
/// </summary>
internal static class KeptDescriptions
{
    /// <summary>What a row of a VM keeps.</summary>
    public static byte[] Keep(VmFiles files) => files.ToMessage().ToByteArray();

    /// <summary>What a row of a host keeps.</summary>
    public static byte[] Keep(HostFacts host) => host.ToMessage().ToByteArray();

    /// <summary>What was kept of a VM; empty when nothing was.</summary>
    public static VmFiles FilesOf(byte[]? kept) => kept is null ? new VmFiles() : VmDescription.Parser.ParseFrom(kept).ToModel();

    /// <summary>What was kept of a host; empty when nothing was.</summary>
    public static HostFacts HostOf(byte[]? kept) =>
        kept is null ? new HostFacts() : HostDescription.Parser.ParseFrom(kept).ToModel();
}
