using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server.Operations;

/// <summary>Activate, Revoke and Destroy (KMIP 1.1, 4.19 to 4.21).</summary>
internal static class LifecycleOperations
{
    public static void Activate(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.UniqueIdentifier);
        var o = context.Need(payload);
        context.Store.Update(ObjectLifecycle.Activate(o, context.Now));
        answer.Text(Tags.UniqueIdentifier, o.UniqueIdentifier);
    }

    public static void Revoke(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.UniqueIdentifier, Tags.RevocationReason, Tags.CompromiseOccurrenceDate);
        var o = context.Need(payload);
        var why = payload.Need(Tags.RevocationReason);
        Fields.Check(why, Tags.RevocationReasonCode, Tags.RevocationMessage);
        var reason = (KmipRevocationReason)why.Need(Tags.RevocationReasonCode).Enumeration();
        var message = why.Find(Tags.RevocationMessage);
        var occurrence = payload.Find(Tags.CompromiseOccurrenceDate);
        if (!Enum.IsDefined(reason))
        {
            throw new KmipException(KmipResultReason.InvalidField, "unknown Revocation Reason Code");
        }

        if (why.Encoded.Length > ServerLimits.AttributeBytes
            || (occurrence.IsPresent && (occurrence.DateTime() is < 0 or > ServerLimits.LatestDate)))
        {
            throw new KmipException(
                KmipResultReason.InvalidField, "Revocation Message or Compromise Occurrence Date out of bounds");
        }

        context.Store.Update(ObjectLifecycle.Revoke(
            o, reason, message.IsPresent ? message.Text() : null, occurrence.IsPresent ? occurrence.DateTime() : null,
            context.Now));
        answer.Text(Tags.UniqueIdentifier, o.UniqueIdentifier);
    }

    public static void Destroy(OperationContext context, TtlvItem payload, TtlvWriter answer)
    {
        Fields.Check(payload, Tags.UniqueIdentifier);
        var o = context.Need(payload);
        context.Store.Destroy(ObjectLifecycle.Destroy(o, context.Now));
        answer.Text(Tags.UniqueIdentifier, o.UniqueIdentifier);
    }
}
