using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Kmip;

namespace Lorica.Broker.Keys;

/// <summary>The one table from what KMIP says to the reasons of <see cref="KeyReasons"/>.</summary>
internal static class KeyFaults
{
    public static KeyFault From(KeyRef key, KmipException e) => Of(key, ReasonOf(e), $"{e.Server}: {e.Message}");

    public static KeyFault Of(KeyRef key, string reason, string detail) => new() { Key = key, Reason = reason, Detail = detail };

    private static string ReasonOf(KmipException e) => e.Kind switch
    {
        KmipErrorKind.Refused => e.Reason switch
        {
            KmipResultReason.ItemNotFound or KmipResultReason.KeyValueNotPresent => KeyReasons.MissingOnKms,
            KmipResultReason.PermissionDenied or KmipResultReason.AuthenticationNotSuccessful or KmipResultReason.Sensitive
                or KmipResultReason.NotExtractable or KmipResultReason.AttestationRequired or KmipResultReason.AttestationFailed
                => KeyReasons.NoPermission,
            KmipResultReason.ObjectArchived => KeyReasons.NotActiveOnKms,
            KmipResultReason.KeyFormatTypeNotSupported or KmipResultReason.KeyCompressionTypeNotSupported
                or KmipResultReason.EncodingOptionError => KeyReasons.NotAKey,
            _ => KeyReasons.RefusedByKms,
        },
        KmipErrorKind.Unusable or KmipErrorKind.Misuse => KeyReasons.NotAKey,
        KmipErrorKind.OtherObject => KeyReasons.WrongKey,
        _ => KeyReasons.ProviderUnreachable,
    };
}
