using Lorica.Model;

namespace Lorica.ControlPlane.Policies;

/// <summary>
/// Compliance of VM home or a disk with its policy, pure; what the files say, not what the inventory remembers.
/// <code>
/// files                                    policy                                then
/// cannot be read, or do not verify         any                                   unknown
/// any                                      rules edited since it was applied     outOfDate (drift says whether files differ too)
/// differ from a rule                       any                                   nonCompliant
/// as they should be                        without rules                         notApplicable
/// as they should be                        with rules                            compliant
/// </code>
/// </summary>
public static class ComplianceRules
{
    /// <summary>Judges one object.</summary>
    /// <param name="policy">Its policy as it is now.</param>
    /// <param name="appliedRules">Version of the policy's rules when it was applied.</param>
    /// <param name="facts">The files; null when they were not read.</param>
    /// <param name="unread">Why they were not read; null when the host does not answer.</param>
    public static ObjectCompliance Judge(
        StoragePolicy policy, long appliedRules, ObjectFacts? facts, string? unread = null)
    {
        if (facts is null)
        {
            return new ObjectCompliance(
                ComplianceStates.Unknown, [unread ?? "The host does not answer, so the files cannot be read."]);
        }

        var drift = Drift(policy, facts).ToList();
        if (facts.Suspect is { } suspect)
        {
            // What a descriptor says that does not verify is no base for "compliant"; that it differs is
            // worth telling all the same.
            return new ObjectCompliance(
                facts.Encrypted ? ComplianceStates.Unknown : drift.Count > 0
                    ? ComplianceStates.NonCompliant : ComplianceStates.Unknown,
                [suspect.Message, .. drift]);
        }

        if (appliedRules < policy.RulesVersion)
        {
            return new ObjectCompliance(ComplianceStates.OutOfDate,
                [$"\"{policy.Name}\" was edited after it was applied: apply it again.", .. drift]);
        }

        return drift.Count > 0 ? new ObjectCompliance(ComplianceStates.NonCompliant, drift)
            : new ObjectCompliance(HasRules(policy) ? ComplianceStates.Compliant : ComplianceStates.NotApplicable, []);
    }

    /// <summary>Tags that <paramref name="policy"/> wants and the datastore does not have.</summary>
    public static IReadOnlyList<string> MissingTags(StoragePolicy policy, IReadOnlySet<string> tags) =>
        [.. policy.Rules.Tags.Where(t => !tags.Contains(t))];

    private static bool HasRules(StoragePolicy policy) => policy.Encryption || policy.Rules.Tags.Count > 0;

    private static IEnumerable<string> Drift(StoragePolicy policy, ObjectFacts facts)
    {
        if (policy.Encryption && !facts.Encrypted)
        {
            yield return $"{facts.Path} is plain; \"{policy.Name}\" wants it encrypted.";
        }
        else if (!policy.Encryption && facts.Encrypted)
        {
            yield return $"{facts.Path} is encrypted; \"{policy.Name}\" has no encryption rule.";
        }

        if (facts.Transition is UnfinishedWork.Encrypt or UnfinishedWork.Decrypt)
        {
            yield return $"{facts.Path} is between the two: its {facts.Transition.Value.Word()} is not finished.";
        }

        if (MissingTags(policy, facts.Tags) is { Count: > 0 } missing)
        {
            yield return $"{facts.Path} lies on a datastore without the tag {string.Join(", ", missing)}.";
        }
    }
}
