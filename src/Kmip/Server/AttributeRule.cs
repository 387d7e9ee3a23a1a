using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>
/// The rules of one attribute (KMIP 1.4, section 3). All rules are in one table, in the order in which answers list them.
/// </summary>
internal sealed record AttributeRule(string Name, TtlvType? Type, bool Many, int SinceMinor, AttributeAccess Access)
{
    private static readonly AttributeRule[] Table =
    [
        new(AttributeNames.UniqueIdentifier, TtlvType.TextString, false, 0, AttributeAccess.None),
        new(AttributeNames.Name, TtlvType.Structure, true, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.ObjectType, TtlvType.Enumeration, false, 0, AttributeAccess.None),
        new(AttributeNames.CryptographicAlgorithm, TtlvType.Enumeration, false, 0, AttributeAccess.Set),
        new(AttributeNames.CryptographicLength, TtlvType.Integer, false, 0, AttributeAccess.Set),
        new(AttributeNames.CryptographicParameters, TtlvType.Structure, true, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.Digest, TtlvType.Structure, true, 0, AttributeAccess.None),
        new(AttributeNames.OperationPolicyName, TtlvType.TextString, false, 0, AttributeAccess.Set),
        new(AttributeNames.CryptographicUsageMask, TtlvType.Integer, false, 0, AttributeAccess.Set),
        new(AttributeNames.State, TtlvType.Enumeration, false, 0, AttributeAccess.None),
        new(AttributeNames.InitialDate, TtlvType.DateTime, false, 0, AttributeAccess.None),
        new(AttributeNames.ActivationDate, TtlvType.DateTime, false, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.ProcessStartDate, TtlvType.DateTime, false, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.ProtectStopDate, TtlvType.DateTime, false, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.DeactivationDate, TtlvType.DateTime, false, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.DestroyDate, TtlvType.DateTime, false, 0, AttributeAccess.None),
        new(AttributeNames.CompromiseOccurrenceDate, TtlvType.DateTime, false, 0, AttributeAccess.None),
        new(AttributeNames.CompromiseDate, TtlvType.DateTime, false, 0, AttributeAccess.None),
        new(AttributeNames.RevocationReason, TtlvType.Structure, false, 0, AttributeAccess.None),
        new(AttributeNames.ObjectGroup, TtlvType.TextString, true, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.Link, TtlvType.Structure, true, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.ApplicationSpecificInformation, TtlvType.Structure, true, 0,
            AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.ContactInformation, TtlvType.TextString, false, 0, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.LastChangeDate, TtlvType.DateTime, false, 0, AttributeAccess.None),
        new(AttributeNames.AlternativeName, TtlvType.Structure, true, 2, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.OriginalCreationDate, TtlvType.DateTime, false, 2, AttributeAccess.Set),
        new(AttributeNames.Comment, TtlvType.TextString, false, 4, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.Description, TtlvType.TextString, false, 4, AttributeAccess.Set | AttributeAccess.Change),
        new(AttributeNames.Sensitive, TtlvType.Boolean, false, 4, AttributeAccess.Set),
        new(AttributeNames.AlwaysSensitive, TtlvType.Boolean, false, 4, AttributeAccess.None),
        new(AttributeNames.Extractable, TtlvType.Boolean, false, 4, AttributeAccess.Set),
        new(AttributeNames.NeverExtractable, TtlvType.Boolean, false, 4, AttributeAccess.None),
    ];

    private static readonly Dictionary<string, AttributeRule> ByName = Table.ToDictionary(r => r.Name, StringComparer.Ordinal);

    /// <summary>Attributes of the specification that this server has, in the order of answers.</summary>
    public static IReadOnlyList<AttributeRule> All => Table;

    /// <summary>
    /// The rule for a name in a version, or null when there is no such attribute. Names that start with "x-" are the client's
    /// own: any type, any number (3.39); "y-" are the server's own, of which there are none.
    /// </summary>
    public static AttributeRule? Find(string name, KmipVersion version) =>
        ByName.TryGetValue(name, out var rule)
            ? rule.SinceMinor <= version.Minor ? rule : null
            : name.Length > 2 && name.StartsWith("x-", StringComparison.Ordinal)
                ? new(name, null, true, 0, AttributeAccess.Set | AttributeAccess.Change)
                : null;

    /// <summary>Checks the value that a client gives.</summary>
    public void CheckValue(TtlvItem value)
    {
        if (!value.IsPresent || (Type is { } type && value.Type != type))
        {
            throw Invalid($"'{PrintableText.Escape(Name, 64)}' needs a value of type {Type?.ToString() ?? "any"}");
        }

        if (value.Encoded.Length > ServerLimits.AttributeBytes)
        {
            throw Invalid($"'{PrintableText.Escape(Name, 64)}' is larger than {ServerLimits.AttributeBytes} bytes");
        }

        if (Name == AttributeNames.Name)
        {
            Fields.Check(value, Tags.NameValue, Tags.NameType);
            string text = value.Need(Tags.NameValue).Text();
            if (text.Length == 0 || value.Need(Tags.NameType).Enumeration() is not (1 or 2))
            {
                throw Invalid("a Name has a value that is not empty and a type");
            }
        }

        if (value.Type == TtlvType.DateTime && (value.DateTime() is < 0 or > ServerLimits.LatestDate))
        {
            throw Invalid($"'{Name}' is not a date from 1970 to 9999");
        }
    }

    private static KmipException Invalid(string message) => new(KmipResultReason.InvalidField, message);
}
