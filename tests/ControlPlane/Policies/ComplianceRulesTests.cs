using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Policies;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Policies;

public sealed class ComplianceRulesTests
{
    private static readonly StoragePolicy Tagged = new()
    {
        Id = "p", Name = "Gold", Rules = new PolicyRules { Encryption = true, Tags = ["fast", "gold"] },
        Version = 3, RulesVersion = 3,
    };

    [Theory]
    [InlineData(true, true, ComplianceStates.Compliant)]
    [InlineData(true, false, ComplianceStates.NonCompliant)]
    [InlineData(false, false, ComplianceStates.NotApplicable)]
    [InlineData(false, true, ComplianceStates.NonCompliant)]
    public void The_files_decide(bool encryptionPolicy, bool encrypted, string expected) =>
        Assert.Equal(
            expected, ComplianceRules.Judge(
                encryptionPolicy ? PolicyCatalog.Encryption : PolicyCatalog.DatastoreDefault, 1, Facts(encrypted)).State);

    [Fact]
    public void A_host_that_does_not_answer_makes_it_unknown() =>
        Assert.Equal(ComplianceStates.Unknown, ComplianceRules.Judge(PolicyCatalog.Encryption, 1, null).State);

    [Fact]
    public void A_policy_that_was_edited_after_it_was_applied_makes_it_out_of_date_and_the_drift_is_still_told()
    {
        var old = ComplianceRules.Judge(Tagged, 2, Facts(false, "gold"));

        Assert.Equal((ComplianceStates.OutOfDate, 3), (old.State, old.Drift.Count));
        Assert.Contains("wants it encrypted", old.Drift[1], StringComparison.Ordinal);
        Assert.Contains("fast", old.Drift[2], StringComparison.Ordinal);
        Assert.Equal(ComplianceStates.Compliant, ComplianceRules.Judge(Tagged, 3, Facts(true, "GOLD", "fast")).State);
    }

    [Fact]
    public void A_datastore_without_a_tag_that_the_policy_wants_is_named()
    {
        var found = ComplianceRules.Judge(Tagged, 3, Facts(true, "fast"));

        Assert.Equal(ComplianceStates.NonCompliant, found.State);
        Assert.Contains("without the tag gold", Assert.Single(found.Drift), StringComparison.Ordinal);
    }

    [Fact]
    public void An_encryption_that_was_broken_off_is_not_compliant() => Assert.Equal(
        ComplianceStates.NonCompliant,
        ComplianceRules.Judge(PolicyCatalog.Encryption, 1, Facts(true) with { Transition = UnfinishedWork.Encrypt }).State);

    [Fact]
    public void What_does_not_verify_never_counts_as_compliant_and_plain_where_encrypted_is_recorded_counts_as_not_compliant()
    {
        var suspect = new Fault("GenericVmConfigFault", "k", "o", "It differs.");

        Assert.Equal(ComplianceStates.Unknown,
            ComplianceRules.Judge(PolicyCatalog.Encryption, 1, Facts(true) with { Suspect = suspect }).State);
        Assert.Equal(ComplianceStates.NonCompliant,
            ComplianceRules.Judge(PolicyCatalog.Encryption, 1, Facts(false) with { Suspect = suspect }).State);
    }

    [Fact]
    public void The_worst_object_stands_for_the_VM() => Assert.Equal(
        [ComplianceStates.NonCompliant, ComplianceStates.OutOfDate, ComplianceStates.Unknown, ComplianceStates.Compliant,
            ComplianceStates.NotApplicable],
        [
            ComplianceStates.Worst([ComplianceStates.Compliant, ComplianceStates.NonCompliant, ComplianceStates.OutOfDate]),
            ComplianceStates.Worst([ComplianceStates.Unknown, ComplianceStates.OutOfDate]),
            ComplianceStates.Worst([ComplianceStates.Compliant, ComplianceStates.Unknown]),
            ComplianceStates.Worst([ComplianceStates.NotApplicable, ComplianceStates.Compliant]),
            ComplianceStates.Worst([ComplianceStates.NotApplicable]),
        ]);

    private static ObjectFacts Facts(bool encrypted, params string[] tags) =>
        new("[ds1] a/a.vmdk", encrypted, null, null, tags.ToHashSet(StringComparer.OrdinalIgnoreCase));
}
