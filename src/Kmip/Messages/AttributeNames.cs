namespace Lorica.Kmip.Messages;

/// <summary>Names of attributes as they stand on the wire (KMIP 1.4, section 3).</summary>
internal static class AttributeNames
{
    public const string UniqueIdentifier = "Unique Identifier";
    public const string Name = "Name";
    public const string ObjectType = "Object Type";
    public const string CryptographicAlgorithm = "Cryptographic Algorithm";
    public const string CryptographicLength = "Cryptographic Length";
    public const string CryptographicUsageMask = "Cryptographic Usage Mask";
    public const string OperationPolicyName = "Operation Policy Name";
    public const string State = "State";
    public const string InitialDate = "Initial Date";
    public const string ActivationDate = "Activation Date";
    public const string ProcessStartDate = "Process Start Date";
    public const string ProtectStopDate = "Protect Stop Date";
    public const string DeactivationDate = "Deactivation Date";
    public const string DestroyDate = "Destroy Date";
    public const string CompromiseOccurrenceDate = "Compromise Occurrence Date";
    public const string CompromiseDate = "Compromise Date";
    public const string RevocationReason = "Revocation Reason";
    public const string LastChangeDate = "Last Change Date";
    public const string ObjectGroup = "Object Group";
    public const string ContactInformation = "Contact Information";
    public const string ApplicationSpecificInformation = "Application Specific Information";
    public const string CryptographicParameters = "Cryptographic Parameters";
    public const string Digest = "Digest";
    public const string LeaseTime = "Lease Time";
    public const string Link = "Link";
    public const string UsageLimits = "Usage Limits";
    public const string Fresh = "Fresh";
    public const string AlternativeName = "Alternative Name";
    public const string OriginalCreationDate = "Original Creation Date";
    public const string KeyValuePresent = "Key Value Present";
    public const string KeyValueLocation = "Key Value Location";
    public const string RandomNumberGenerator = "Random Number Generator";
    public const string Comment = "Comment";
    public const string Description = "Description";
    public const string Sensitive = "Sensitive";
    public const string AlwaysSensitive = "Always Sensitive";
    public const string Extractable = "Extractable";
    public const string NeverExtractable = "Never Extractable";
}
