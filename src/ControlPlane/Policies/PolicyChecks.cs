using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;
using Lorica.Contracts.Rest;
using Lorica.Model;

namespace Lorica.ControlPlane.Policies;

/// <summary>What a storage policy must look like.</summary>
internal static class PolicyChecks
{
    private const int MaximumDescription = 1000;
    private const int MaximumTags = 32;
    private const int MaximumTag = 64;
    private static readonly TimeSpan MinimumAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaximumAfter = TimeSpan.FromDays(30);

    /// <summary>The policy that <paramref name="body"/> asks for.</summary>
    public static StoragePolicy ToPolicy(string id, CreatePolicyBody body) => Check(new StoragePolicy
    {
        Id = id,
        Name = body.Name,
        Description = body.Description,
        Rules = new PolicyRules
        {
            Encryption = body.Encryption,
            AllowCleartextFilters = body.AllowCleartextFilters,
            Strict = body.Strict,
            Tags = Tags(body.Tags),
            Outage = new OutageRule(body.OutageAction, Seconds(body.OutageAfterSeconds)),
        },
    }, named: true);

    /// <summary><paramref name="policy"/> after the edit.</summary>
    public static StoragePolicy Edited(StoragePolicy policy, EditPolicyBody body)
    {
        var rules = policy.Rules;
        var edited = rules with
        {
            Encryption = body.Encryption ?? rules.Encryption,
            AllowCleartextFilters = body.AllowCleartextFilters ?? rules.AllowCleartextFilters,
            Strict = body.Strict ?? rules.Strict,
            Tags = body.Tags is null ? rules.Tags : Tags(body.Tags),
            Outage = new OutageRule(
                body.OutageAction ?? rules.Outage.Action,
                body.OutageAfterSeconds is { } after ? Seconds(after) : rules.Outage.After),
        };
        long version = policy.Version + 1;
        return Check(policy with
        {
            Name = body.Name ?? policy.Name,
            Description = body.Description ?? policy.Description,
            Rules = edited,
            Version = version,
            RulesVersion = edited.Equals(rules) ? policy.RulesVersion : version,
        }, named: body.Name is not null && body.Name != policy.Name);
    }

    /// <summary>Sorted tags without duplicates.</summary>
    public static IReadOnlyList<string> Tags(IReadOnlyList<string> tags)
    {
        if (tags.Count > MaximumTags
            || tags.Any(t => t is null || t.Length > MaximumTag || !NameRule.Allows(t)))
        {
            throw Invalid("lorica.tags", "tags",
                $"There are at most {MaximumTags} tags of at most {MaximumTag} characters. {NameRule.Text}");
        }

        return [.. tags.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
    }

    /// <param name="policy">The policy.</param>
    /// <param name="named">Whether it is given its name now: one that has another sort from before keeps it.</param>
    private static StoragePolicy Check(StoragePolicy policy, bool named)
    {
        var (name, rules) = (policy.Name, policy.Rules);
        Require(!named || NameRule.Allows(name), "lorica.policyName", NameRule.Printable(name), NameRule.Text);
        Require(policy.Description.Length <= MaximumDescription && !policy.Description.Any(char.IsControl),
            "lorica.policyDescription", name, $"A policy's description has at most {MaximumDescription} characters on one line.");
        Require(rules.Encryption || !rules.AllowCleartextFilters, "lorica.policyFilters", name,
            "Filters before encryption are a property of the encryption rule.");
        Require(rules.Encryption || rules.Strict, "lorica.policyStrict", name,
            "Only a policy with an encryption rule can be less than strict.");
        Require(OutageActions.All.Contains(rules.Outage.Action), "lorica.policyOutage", name,
            $"The outage rule is {string.Join(", ", OutageActions.All)}.");
        Require(
            rules.Outage.Acts ? rules.Outage.After >= MinimumAfter && rules.Outage.After <= MaximumAfter
                : rules.Outage.After == TimeSpan.Zero,
            "lorica.policyOutage", name,
            $"An outage rule that acts does so after {MinimumAfter.TotalSeconds:0} seconds to {MaximumAfter.TotalDays:0} days; "
                + "keepRunning has no time.");
        return policy;
    }

    private static TimeSpan Seconds(long seconds) => seconds is >= 0 and <= int.MaxValue
        ? TimeSpan.FromSeconds(seconds)
        : throw Invalid("lorica.policyOutage", "outageAfterSeconds", "The time of an outage rule is not negative.");

    private static void Require(bool rule, string key, string target, string message)
    {
        if (!rule)
        {
            throw Invalid(key, target, message);
        }
    }

    private static FaultException Invalid(string key, string target, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, key, target, message, "Correct the request."));
}
