namespace Lorica.Model;

/// <summary>States of a <c>KeyRecordRow</c>.</summary>
/// <remarks>
/// A record that is pending or usable is <em>live</em>, in use or not: its object and its key belong to its VM, also while a task
/// that encrypts, creates or copies has not ended.
/// </remarks>
public static class KeyRecordStates
{
    /// <summary>Created on the KMS, not yet verified: never delivered.</summary>
    public const string Pending = "pending";

    /// <summary>Activated, fetched back, check value known: may be delivered.</summary>
    public const string Usable = "usable";

    /// <summary>
    /// What is known of an object that has left the inventory with its files: its VM was unregistered, or its disk detached.
    /// Never delivered; measured against the files when they come back.
    /// </summary>
    public const string Known = "known";

    /// <summary>No file uses it any more (or ever did).</summary>
    public const string Retired = "retired";
}
