namespace Lorica.ControlPlane.Store;

/// <summary>States of a <see cref="KeyRecordRow"/>.</summary>
public static class KeyRecordStates
{
    /// <summary>Created on the KMS, not yet verified: never delivered.</summary>
    public const string Pending = "pending";

    /// <summary>Activated, fetched back, check value known: may be delivered.</summary>
    public const string Usable = "usable";

    /// <summary>No file uses it any more (or ever did).</summary>
    public const string Retired = "retired";
}
