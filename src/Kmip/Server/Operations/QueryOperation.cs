using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>Query (KMIP 1.1, 4.25): operations, object types and vendor; of everything else there is nothing to list.</summary>
internal static class QueryOperation
{
    private static readonly KmipObjectType[] Types =
        [KmipObjectType.SymmetricKey, KmipObjectType.SecretData, KmipObjectType.OpaqueObject];

    public static void Run(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, -Tags.QueryFunction);
        var asked = new HashSet<int>();
        foreach (var function in payload.Children())
        {
            asked.Add(function.Enumeration());
        }

        if (asked.Count == 0 || asked.Any(f => f is < 1 or > 0xFF))
        {
            throw new KmipException(KmipResultReason.InvalidField, "Query needs known Query Functions");
        }

        if (asked.Contains((int)QueryFunction.Operations))
        {
            foreach (var operation in OperationTable.Supported)
            {
                if (operation != Operation.DiscoverVersions || context.Version >= KmipVersion.V11)
                {
                    answer.Enumeration(Tags.Operation, (int)operation);
                }
            }
        }

        if (asked.Contains((int)QueryFunction.Objects))
        {
            foreach (var type in Types)
            {
                answer.Enumeration(Tags.ObjectType, (int)type);
            }
        }

        if (asked.Contains((int)QueryFunction.ServerInformation))
        {
            answer.Text(Tags.VendorIdentification, context.Options.VendorIdentification);
        }
    }
}
