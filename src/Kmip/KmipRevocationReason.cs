namespace Lorica.Kmip;

/// <summary>Revocation Reason Code (KMIP 1.1, 9.1.3.2.19).</summary>
public enum KmipRevocationReason
{
    /// <summary>No reason given.</summary>
    Unspecified = 1,

    /// <summary>The key is known or suspected to be in foreign hands; the object becomes Compromised.</summary>
    KeyCompromise = 2,

    /// <summary>The CA was compromised.</summary>
    CACompromise = 3,

    /// <summary>The owner's affiliation changed.</summary>
    AffiliationChanged = 4,

    /// <summary>Another key takes its place.</summary>
    Superseded = 5,

    /// <summary>No longer needed.</summary>
    CessationOfOperation = 6,

    /// <summary>The privilege was withdrawn.</summary>
    PrivilegeWithdrawn = 7,
}
