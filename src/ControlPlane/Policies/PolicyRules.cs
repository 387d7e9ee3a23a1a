namespace Lorica.ControlPlane.Policies;

/// <summary>The rules of a storage policy. An edit that changes one of them makes what has the policy outOfDate.</summary>
public sealed record PolicyRules
{
    /// <summary>Has an encryption rule: VM home and disks with this policy are encrypted.</summary>
    public bool Encryption { get; init; }

    /// <summary>
    /// The encryption rule's one property: I/O filters may stand before encryption (<c>AllowCleartextFilters</c>).
    /// </summary>
    public bool AllowCleartextFilters { get; init; }

    /// <summary>
    /// On an encrypted VM, whatever could reach into the guest needs Cryptographer.Access beside its own privilege. Off only for
    /// VMs whose home has a policy that says so.
    /// </summary>
    public bool Strict { get; init; } = true;

    /// <summary>Tags that the datastore must carry, sorted; empty for any datastore.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What an outage of the keys leads to.</summary>
    public OutageRule Outage { get; init; } = OutageRule.KeepRunning;

    /// <inheritdoc />
    public bool Equals(PolicyRules? other) =>
        other is not null && Encryption == other.Encryption && AllowCleartextFilters == other.AllowCleartextFilters
            && Strict == other.Strict
        && Outage == other.Outage && Tags.SequenceEqual(other.Tags, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Encryption, AllowCleartextFilters, Strict, Outage, Tags.Count);
}
