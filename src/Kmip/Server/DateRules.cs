using Lorica.Kmip.Messages;

namespace Lorica.Kmip.Server;

/// <summary>
/// The order of an object's dates (KMIP 1.4, 3.24 to 3.27): it cannot be used before it is active, nor after its end.
/// </summary>
internal static class DateRules
{
    private static readonly (string Earlier, string Later)[] Order =
    [
        (AttributeNames.ActivationDate, AttributeNames.ProcessStartDate),
        (AttributeNames.ActivationDate, AttributeNames.ProtectStopDate),
        (AttributeNames.ActivationDate, AttributeNames.DeactivationDate),
        (AttributeNames.ProcessStartDate, AttributeNames.DeactivationDate),
        (AttributeNames.ProtectStopDate, AttributeNames.DeactivationDate),
    ];

    /// <summary>Refuses an object whose dates are out of order.</summary>
    public static void Check(KmipObject o)
    {
        foreach (var (earlier, later) in Order)
        {
            if (o.Number(earlier) > o.Number(later))
            {
                throw new KmipException(KmipResultReason.InvalidField, $"the {later} is before the {earlier}");
            }
        }
    }
}
