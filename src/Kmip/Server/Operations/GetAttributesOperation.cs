using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>Get Attributes (KMIP 1.1, 4.12): all, or those named; names the object does not have are left out.</summary>
internal static class GetAttributesOperation
{
    public static void Run(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.UniqueIdentifier, -Tags.AttributeName);
        var o = context.Need(payload);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var child in payload.Children())
        {
            if (child.Tag == Tags.AttributeName && !names.Add(child.Text()))
            {
                throw KmipException.Malformed("an Attribute Name is there twice");
            }
        }

        // The material is opened for those only who want the Digest. In 1.0, whose Digest names no format, it is told to who asks
        // for it by name: a client is known that reads a format there in every version, and stops where there is none.
        var digest = (names.Count == 0 && context.Version.Minor > 0) || names.Contains(AttributeNames.Digest)
            ? ObjectAttributes.Digest(o, context.Version, context.Store) : null;
        answer.Text(Tags.UniqueIdentifier, o.UniqueIdentifier);
        foreach (var attribute in ObjectAttributes.Of(o, context.Version, context.Now, digest, names))
        {
            if (names.Count == 0 || names.Contains(attribute.Name))
            {
                ObjectAttributes.Write(answer, attribute, context.Version);
            }
        }
    }
}
