using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>
/// Locate (KMIP 1.1, 4.9): the client's own objects that fit all filters, newest first. No fit is a success without identifiers.
/// Destroyed objects are found only by a filter on State.
/// </summary>
internal static class LocateOperation
{
    private const int OnLineStorage = 1;

    public static void Run(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(
            payload, Tags.MaximumItems, Tags.OffsetItems, Tags.StorageStatusMask, Tags.ObjectGroupMember, -Tags.Attribute,
            -Tags.TemplateAttribute);
        int maximum = Count(payload.Find(Tags.MaximumItems), ServerLimits.Located);
        int offset = Count(payload.Find(Tags.OffsetItems), 0);
        var storage = payload.Find(Tags.StorageStatusMask);
        var filters = new List<LocateFilter>();
        foreach (var child in payload.Children())
        {
            if (child.Tag == Tags.Attribute)
            {
                LocateFilter.Add(filters, child, context.Version);
            }
            else if (child.Tag == Tags.TemplateAttribute)
            {
                // Some clients wrap their filters; overlooking them would answer with any key.
                Fields.Check(child, -Tags.Attribute);
                foreach (var attribute in child.Children())
                {
                    LocateFilter.Add(filters, attribute, context.Version);
                }
            }
        }

        IEnumerable<KmipObject> found = [];
        if (!storage.IsPresent || (storage.Integer() & OnLineStorage) != 0)
        {
            bool byState = filters.Exists(f => f.Name == AttributeNames.State);
            string? name = filters.Select(f => f.NameValue).FirstOrDefault(n => n is not null);
            found = (name is null
                    ? context.Store.OfOwner(context.Client.Owner)
                    : context.Store.OfName(context.Client.Owner, name))
                .Where(o => (byState || !o.IsDestroyed) && filters.TrueForAll(f => f.Fits(o, context.Now)));
        }

        var all = found.ToList();
        var hits = all.Skip(offset).Take(Math.Min(maximum, ServerLimits.Located)).ToList();
        if (context.Version >= KmipVersion.V13)
        {
            answer.Integer(Tags.LocatedItems, all.Count);
        }

        foreach (var hit in hits)
        {
            answer.Text(Tags.UniqueIdentifier, hit.UniqueIdentifier);
        }

        context.Placeholder = hits.Count == 1 ? hits[0].UniqueIdentifier : null;
        context.Subject = context.Placeholder ?? "";
    }

    private static int Count(TtlvItem item, int absent)
    {
        int count = item.IsPresent ? item.Integer() : absent;
        return count >= 0
            ? count
            : throw new KmipException(KmipResultReason.InvalidField, $"{Tags.NameOf(item.Tag)} is negative");
    }
}
