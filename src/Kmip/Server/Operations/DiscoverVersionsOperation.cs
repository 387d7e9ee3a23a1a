using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>Discover Versions (KMIP 1.1, 4.26): ours, newest first; of those the client names, when it names some.</summary>
internal static class DiscoverVersionsOperation
{
    public static void Run(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        if (context.Version < KmipVersion.V11)
        {
            throw new KmipException(KmipResultReason.OperationNotSupported, "KMIP 1.0 has no Discover Versions");
        }

        Fields.Check(payload, -Tags.ProtocolVersion);
        var named = new HashSet<KmipVersion>();
        foreach (var version in payload.Children())
        {
            named.Add(ResponseDecoder.Version(version));
        }

        foreach (var version in KmipVersion.All)
        {
            if (named.Count == 0 || named.Contains(version))
            {
                RequestEncoder.Version(answer, version);
            }
        }
    }
}
