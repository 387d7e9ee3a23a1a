using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>
/// The state machine of KMIP 1.1, 3.22, with its ten transitions and no others:
/// <code>
///            1                4               6
///  (create) ───► Pre-Active ─────► Active ─────────► Deactivated
///                  │  │ 3            │ 5                │ 8   │ 7
///                2 │  └──────► Compromised ◄────────────┘     │
///                  ▼                 │ 9                      ▼
///              Destroyed ──────────────────────────────  Destroyed
///                  └── 10 ──► Destroyed Compromised ◄── 9
/// </code>
/// 4 and 6 also happen by date (<see cref="KmipObject.StateAt"/>).
/// </summary>
internal static class ObjectLifecycle
{
    /// <summary>Transition 4.</summary>
    public static KmipObject Activate(KmipObject o, long now)
    {
        if (o.StateAt(now) != KmipKeyState.PreActive)
        {
            throw new KmipException(KmipResultReason.PermissionDenied, "the object is not Pre-Active");
        }

        return (o with { State = KmipKeyState.Active })
            .WithDate(AttributeNames.ActivationDate, now)
            .WithDate(AttributeNames.LastChangeDate, now);
    }

    /// <summary>Transitions 3, 5, 8, 10 for a compromise, else 6.</summary>
    public static KmipObject Revoke(KmipObject o, KmipRevocationReason reason, string? message, long? occurrence, long now)
    {
        var state = o.StateAt(now);
        bool compromise = reason is KmipRevocationReason.KeyCompromise or KmipRevocationReason.CACompromise;
        var next = (state, compromise) switch
        {
            (KmipKeyState.PreActive or KmipKeyState.Active or KmipKeyState.Deactivated, true) => KmipKeyState.Compromised,
            (KmipKeyState.Destroyed, true) => KmipKeyState.DestroyedCompromised,
            (KmipKeyState.Active, false) => KmipKeyState.Deactivated,
            _ => throw new KmipException(
                KmipResultReason.IllegalOperation, "the object is not in a state that can be revoked for this reason"),
        };
        var revoked = (o with { State = next })
            .WithDate(AttributeNames.LastChangeDate, now).With(AttributeNames.RevocationReason, w =>
        {
            w.Begin(Tags.AttributeValue);
            w.Enumeration(Tags.RevocationReasonCode, (int)reason);
            if (message is not null)
            {
                w.Text(Tags.RevocationMessage, message);
            }

            w.End();
        });
        return compromise
            ? revoked.WithDate(AttributeNames.CompromiseDate, now)
                .WithDate(AttributeNames.CompromiseOccurrenceDate, occurrence ?? now)
            : revoked.WithDate(AttributeNames.DeactivationDate, now);
    }

    /// <summary>Transitions 2, 7, 9.</summary>
    public static KmipObject Destroy(KmipObject o, long now)
    {
        var next = o.StateAt(now) switch
        {
            KmipKeyState.PreActive or KmipKeyState.Deactivated => KmipKeyState.Destroyed,
            KmipKeyState.Compromised => KmipKeyState.DestroyedCompromised,
            KmipKeyState.Active => throw new KmipException(
                KmipResultReason.PermissionDenied, "the object is Active: revoke it before it is destroyed"),
            _ => throw new KmipException(KmipResultReason.ItemNotFound, "the object is destroyed"),
        };
        return (o with { State = next }).WithDate(AttributeNames.DestroyDate, now).WithDate(AttributeNames.LastChangeDate, now);
    }
}
