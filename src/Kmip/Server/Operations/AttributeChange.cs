using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>
/// Add, Modify and Delete Attribute (KMIP 1.1, 4.14 to 4.16). All echo the attribute, without which some clients stop.
/// </summary>
internal static class AttributeChange
{
    public static void Add(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.UniqueIdentifier, Tags.Attribute);
        var o = Live(context, payload);
        var attribute = payload.Need(Tags.Attribute);
        var (rule, value, index) = Read(context, o, attribute, KmipResultReason.PermissionDenied);
        var present = o.Attributes.Where(a => a.Name == rule.Name).ToList();
        if (present.Count > 0 && !rule.Many)
        {
            throw new KmipException(KmipResultReason.IllegalOperation, $"'{Shown(rule)}' is there already");
        }

        int next = present.Count == 0 ? 0 : present.Max(a => a.Index) + 1;
        if (index is { } given && given != next)
        {
            throw new KmipException(KmipResultReason.InvalidField, "a new attribute gets its index from the server");
        }

        if (o.Attributes.Count >= ServerLimits.Attributes)
        {
            throw new KmipException(
                KmipResultReason.IndexOutOfBounds, $"an object has at most {ServerLimits.Attributes} attributes");
        }

        var added = new KmipStoredAttribute(rule.Name, next, value);
        Store(context, o, o.Attributes.Add(added));
        Echo(context, o, added, answer);
    }

    public static void Modify(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.UniqueIdentifier, Tags.Attribute);
        var o = Live(context, payload);
        var attribute = payload.Need(Tags.Attribute);
        var (rule, value, index) = Read(context, o, attribute, KmipResultReason.InvalidField);
        var old = Instance(o, rule, index ?? 0, KmipResultReason.InvalidField);
        var changed = old with { Value = value };
        Store(context, o, o.Attributes.Replace(old, changed));
        Echo(context, o, changed, answer);
    }

    public static void Delete(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.UniqueIdentifier, Tags.AttributeName, Tags.AttributeIndex);
        var o = Live(context, payload);
        var index = payload.Find(Tags.AttributeIndex);
        var rule = Changeable(context, o, payload.Need(Tags.AttributeName).Text(), KmipResultReason.ItemNotFound);
        var old = Instance(o, rule, index.IsPresent ? index.Integer() : 0, KmipResultReason.ItemNotFound);
        Store(context, o, o.Attributes.Remove(old));
        Echo(context, o, old, answer);
    }

    private static KmipObject Live(OperationContext context, TtlvItem payload)
    {
        var o = context.Need(payload);
        return o.IsDestroyed ? throw new KmipException(KmipResultReason.PermissionDenied, "the object is destroyed") : o;
    }

    private static (AttributeRule Rule, byte[] Value, int? Index) Read(
        OperationContext context, KmipObject o, TtlvItem attribute, KmipResultReason unknown)
    {
        Fields.Check(attribute, Tags.AttributeName, Tags.AttributeIndex, Tags.AttributeValue);
        var index = attribute.Find(Tags.AttributeIndex);
        var rule = Changeable(context, o, attribute.Need(Tags.AttributeName).Text(), unknown);
        var value = attribute.Find(Tags.AttributeValue);
        rule.CheckValue(value);
        return (rule, value.Encoded.ToArray(), index.IsPresent ? index.Integer() : null);
    }

    /// <param name="context">The request.</param>
    /// <param name="o">The object.</param>
    /// <param name="name">Attribute Name.</param>
    /// <param name="unknown">The reason for a name that there is not: each operation has its own (KMIP 1.4, 11.15 to
    /// 11.17).</param>
    private static AttributeRule Changeable(OperationContext context, KmipObject o, string name, KmipResultReason unknown)
    {
        var rule = AttributeRule.Find(name, context.Version);
        if (rule is null && !name.StartsWith("y-", StringComparison.Ordinal))
        {
            throw new KmipException(unknown, $"there is no attribute '{PrintableText.Escape(name, 64)}'");
        }

        if (rule is null || name.Length > ServerLimits.AttributeNameLength || !rule.Access.HasFlag(AttributeAccess.Change))
        {
            throw new KmipException(
                KmipResultReason.PermissionDenied, $"a client cannot change '{PrintableText.Escape(name, 64)}'");
        }

        var state = o.StateAt(context.Now);
        bool fits = name switch
        {
            AttributeNames.ActivationDate => state == KmipKeyState.PreActive,
            AttributeNames.ProcessStartDate or AttributeNames.ProtectStopDate or AttributeNames.DeactivationDate =>
                state is KmipKeyState.PreActive or KmipKeyState.Active,
            _ => true,
        };
        return fits ? rule : throw new KmipException(
            KmipResultReason.PermissionDenied, $"'{name}' can no longer change in this state");
    }

    private static KmipStoredAttribute Instance(KmipObject o, AttributeRule rule, int index, KmipResultReason none)
    {
        var all = o.Attributes.Where(a => a.Name == rule.Name).ToList();
        return all.Count == 0
            ? throw new KmipException(none, $"the object has no '{Shown(rule)}'")
            : all.Find(a => a.Index == index)
                ?? throw new KmipException(KmipResultReason.ItemNotFound, $"'{Shown(rule)}' has no instance of this index");
    }

    private static void Store(
        OperationContext context, KmipObject o, System.Collections.Immutable.ImmutableList<KmipStoredAttribute> attributes)
    {
        try
        {
            NameRules.Check(context, o.UniqueIdentifier, attributes);
        }
        catch (KmipException e) when (e.Reason == KmipResultReason.InvalidField)
        {
            // The specification has another reason here than for Create (KMIP 1.4, 11.15 and 11.16).
            throw new KmipException(KmipResultReason.IllegalOperation, e.Message);
        }

        var changed = (o with { Attributes = attributes }).WithDate(AttributeNames.LastChangeDate, context.Now);
        DateRules.Check(changed);
        context.Store.Update(changed with { State = changed.StateAt(context.Now) });
    }

    private static void Echo(OperationContext context, KmipObject o, KmipStoredAttribute attribute, TtlvWriter answer)
    {
        answer.Text(Tags.UniqueIdentifier, o.UniqueIdentifier);
        ObjectAttributes.Write(answer, attribute, context.Version);
    }

    private static string Shown(AttributeRule rule) => PrintableText.Escape(rule.Name, 64);
}
