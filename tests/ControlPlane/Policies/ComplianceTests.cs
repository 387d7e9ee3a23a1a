using System.Net;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Compliance;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Policies;

public sealed class ComplianceTests
{
    [Fact]
    public async Task A_policy_that_is_edited_makes_its_VMs_out_of_date_until_it_is_applied_again()
    {
        await using var center = await TestCenter.StartAsync();
        await center.MakePolicyAsync("""{"name":"Gold","encryption":true}""");
        await center.CreateAsync("a", "Gold");
        Assert.Equal("compliant", (await center.VmAsync("a")).Compliance);

        await center.SendAsync(HttpMethod.Patch, "policies/gold", """{"description":"words change nothing"}""");
        Assert.Equal("compliant", (await center.VmAsync("a")).Compliance);
        await center.SendAsync(HttpMethod.Patch, "policies/gold", """{"strict":false}""");
        var found = await center.GetAsync("vms/a/compliance", RestJson.Default.ComplianceModel);
        Assert.Equal("outOfDate", found.State);
        Assert.All(found.Objects, o => Assert.Equal("outOfDate", o.State));

        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", "Gold")).State);
        Assert.Equal("compliant", (await center.VmAsync("a")).Compliance);
    }

    [Fact]
    public async Task Home_and_disks_are_judged_each_by_its_own_policy_and_the_worst_stands_for_the_VM()
    {
        await using var center = await TestCenter.StartAsync();
        await center.DoAsync("vms", """{"name":"a","disks":[{"capacity":1048576},{"capacity":1048576}]}""");

        // Home and one disk first, the other later: separately.
        Assert.Equal(
            "succeeded", (await center.DoAsync(
                "vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}","home":true,"disks":["virtio0:0"]}""")).State);
        var found = await center.GetAsync("vms/a/compliance", RestJson.Default.ComplianceModel);
        Assert.Equal("compliant", found.State);
        Assert.Equal(["home compliant", "virtio0:0 compliant", "virtio0:1 notApplicable"],
            found.Objects.Select(o => $"{o.Object} {o.State}"));

        // The file of the first disk is swapped for a plain one.
        center.Host.Vms.Values.Single().Disks[0].Encrypted = false;
        found = await center.GetAsync("vms/a/compliance", RestJson.Default.ComplianceModel);
        Assert.Equal(("nonCompliant", "nonCompliant"), (found.State, found.Objects[1].State));
        Assert.Contains(found.Objects[1].Drift, d => d.Contains("is plain", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Drift_raises_an_alarm_and_clears_it_when_files_and_policy_agree_again()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var compliance = center.Services.GetRequiredService<ComplianceService>();
        async Task<string?> AlarmAsync() => await center.Store.ReadAsync(db => db.Raw.Alarms
            .Where(a => a.Alarm == AlarmIds.PolicyDrift && a.ClearedAt == null)
            .Select(a => a.Severity + ": " + a.Message).FirstOrDefaultAsync());
        await compliance.CheckAllAsync(default);
        Assert.Null(await AlarmAsync());

        center.Host.Vms.Values.Single().Disks[0].Encrypted = false;
        await compliance.CheckAllAsync(default);
        Assert.StartsWith("critical: a is nonCompliant", await AlarmAsync(), StringComparison.Ordinal);

        center.Host.Vms.Values.Single().Disks[0].Encrypted = true;
        await compliance.CheckAllAsync(default);
        Assert.Null(await AlarmAsync());
    }

    [Fact]
    public async Task A_VM_with_placement_rules_goes_where_the_tags_are_and_is_refused_where_they_are_not()
    {
        await using var center = await TestCenter.StartAsync();
        await center.MakePolicyAsync("""{"name":"Gold","tags":["gold"]}""");
        var refused = await center.RefusedAsync(
            "vms", """{"name":"a","disks":[{"capacity":1048576}],"policy":"Gold","datastore":"ds1"}""", HttpStatusCode.Conflict);
        Assert.Equal("lorica.placement", refused.Code);

        Assert.Equal(HttpStatusCode.OK,
            (await center.SendAsync(HttpMethod.Put, "datastores/ds1/tags", """{"tags":["GOLD"]}""")).StatusCode);
        Assert.Equal("succeeded", (await center.CreateAsync("a", "Gold")).State);
        Assert.Equal("compliant", (await center.VmAsync("a")).Compliance);

        // The tag goes away under the VM.
        await center.SendAsync(HttpMethod.Put, "datastores/ds1/tags", """{"tags":[]}""");
        var vm = await center.VmAsync("a");
        Assert.Equal("nonCompliant", vm.Compliance);
        Assert.Contains("without the tag gold", Assert.Single(vm.Drift), StringComparison.Ordinal);
        Assert.Equal("lorica.datastoreNotFound",
            (await (await center.SendAsync(HttpMethod.Put, "datastores/nowhere/tags", """{"tags":[]}"""))
                .ProblemAsync(HttpStatusCode.NotFound)).Code);
    }
}
