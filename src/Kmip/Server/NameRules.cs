using Lorica.Kmip.Messages;

namespace Lorica.Kmip.Server;

/// <summary>Names are unique among the live objects of one owner (KMIP 1.1, 3.2 and 11.2).</summary>
internal static class NameRules
{
    /// <summary>Refuses names that another live object of the client has, or that are there twice.</summary>
    public static void Check(OperationContext context, string? except, IEnumerable<KmipStoredAttribute> attributes)
    {
        var names = attributes.Where(a => a.Name == AttributeNames.Name).Select(a => a.Value).ToList();
        if (names.Count == 0 || !context.Options.UniqueNames)
        {
            return;
        }

        for (var i = 1; i < names.Count; i++)
        {
            if (names.Take(i).Any(n => n.Span.SequenceEqual(names[i].Span)))
            {
                throw Taken();
            }
        }

        foreach (var other in context.Store.OfOwner(context.Client.Owner))
        {
            if (!other.IsDestroyed && other.UniqueIdentifier != except
                && other.Attributes.Exists(
                    a => a.Name == AttributeNames.Name && names.Exists(n => n.Span.SequenceEqual(a.Value.Span))))
            {
                throw Taken();
            }
        }
    }

    private static KmipException Taken() => new(KmipResultReason.InvalidField, "the Name is taken");
}
