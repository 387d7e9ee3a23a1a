using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>Get Attribute List (KMIP 1.1, 4.13).</summary>
internal static class GetAttributeListOperation
{
    public static void Run(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.UniqueIdentifier);
        var o = context.Need(payload);

        // Of the Digest the name is enough: no material is opened.
        var digest = o.IsDestroyed ? null : new KmipStoredAttribute(AttributeNames.Digest, 0, default);
        answer.Text(Tags.UniqueIdentifier, o.UniqueIdentifier);
        foreach (string name in ObjectAttributes.Of(o, context.Version, context.Now, digest).Select(a => a.Name)
            .Distinct(StringComparer.Ordinal))
        {
            answer.Text(Tags.AttributeName, name);
        }
    }
}
