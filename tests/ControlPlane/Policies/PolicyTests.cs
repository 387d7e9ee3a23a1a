using System.Net;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Policies;

public sealed class PolicyTests
{
    [Fact]
    public async Task A_policy_is_created_cloned_edited_and_deleted_and_each_leaves_an_event_and_a_task()
    {
        await using var center = await TestCenter.StartAsync();

        var gold = await center.MakePolicyAsync("""{"name":"Gold","encryption":true,"strict":false,"tags":["gold","Gold","fast"],"outageAction":"shutDown","outageAfterSeconds":60}""");
        Assert.Equal((true, false, "shutDown", 60L, 1L),
            (gold.Encryption, gold.Strict, gold.OutageAction, gold.OutageAfterSeconds, gold.Version));
        Assert.Equal(["fast", "gold"], gold.Tags);

        string clone = await (await center.PostAsync("policies/gold/clone", """{"name":"Silver"}""")).Content.ReadAsStringAsync();
        Assert.Contains("\"shutDown\"", clone, StringComparison.Ordinal);
        var edit = await center.SendAsync(HttpMethod.Patch, "policies/Silver", """{"strict":true,"description":"d"}""");
        Assert.True(edit.IsSuccessStatusCode, await edit.Content.ReadAsStringAsync());
        Assert.Equal((true, 2L),
            (await center.GetAsync("policies/silver", RestJson.Default.PolicyModel)) is var s ? (s.Strict, s.Version) : default);
        Assert.Equal(HttpStatusCode.NoContent, (await center.SendAsync(HttpMethod.Delete, "policies/Silver", null)).StatusCode);

        var names = (await center.GetAsync("policies", RestJson.Default.ListModelPolicyModel)).Items.Select(p => p.Name);
        Assert.Equal(["Datastore Default", "Gold", "VM Encryption Policy"], names);
        Assert.Equal(2, (await center.EventsAsync(EventIds.PolicyCreated)).Count);
        Assert.Single(await center.EventsAsync(EventIds.PolicyEdited));
        Assert.Single(await center.EventsAsync(EventIds.PolicyDeleted));
        var kinds = (await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items.Select(t => t.Kind).ToList();
        Assert.Equal((2, 1, 1), (kinds.Count(k => k == "policy.create"), kinds.Count(k => k == "policy.edit"),
            kinds.Count(k => k == "policy.delete")));
    }

    [Fact]
    public async Task The_built_in_policies_can_be_cloned_but_not_edited_or_deleted()
    {
        await using var center = await TestCenter.StartAsync();

        foreach (string id in new[] { "4d5f673c-536f-11e6-beb8-9e71128cae77", TestCenter.DefaultPolicy })
        {
            var edit = await (await center.SendAsync(HttpMethod.Patch, $"policies/{id}", """{"strict":false}"""))
                .ProblemAsync(HttpStatusCode.NotImplemented);
            Assert.Equal("lorica.policyBuiltIn", edit.Code);
            Assert.Contains("clone", edit.Hint, StringComparison.Ordinal);
            await (await center.SendAsync(HttpMethod.Delete, $"policies/{id}", null)).ProblemAsync(HttpStatusCode.NotImplemented);
        }

        var clone = await center.PostAsync("policies/VM%20Encryption%20Policy/clone", """{"name":"Ours"}""");
        Assert.Equal(HttpStatusCode.Created, clone.StatusCode);
        Assert.True(
            (await center.GetAsync("policies/ours", RestJson.Default.PolicyModel))
                is { Encryption: true, Strict: true, BuiltIn: false });
        Assert.Equal("lorica.policyExists",
            (await center.RefusedAsync("policies", """{"name":"vm encryption policy"}""", HttpStatusCode.Conflict)).Code);
    }

    [Fact]
    public async Task An_edit_from_an_older_revision_is_refused()
    {
        await using var center = await TestCenter.StartAsync();
        await center.MakePolicyAsync("""{"name":"Gold","encryption":true}""");
        string tag = (await center.Http.GetAsync("/api/v1/policies/gold")).Headers.ETag!.Tag;

        Assert.True(
            (await center.SendAsync(HttpMethod.Patch, "policies/gold", """{"description":"one"}""", tag)).IsSuccessStatusCode);
        var refused = await (await center.SendAsync(HttpMethod.Patch, "policies/gold", """{"description":"two"}""", tag))
            .ProblemAsync(HttpStatusCode.PreconditionFailed);

        Assert.Equal("lorica.changed", refused.Code);
        Assert.Equal("one", (await center.GetAsync("policies/gold", RestJson.Default.PolicyModel)).Description);
    }

    [Fact]
    public async Task A_policy_in_use_is_not_deleted_and_its_users_are_named()
    {
        await using var center = await TestCenter.StartAsync();
        await center.MakePolicyAsync("""{"name":"Gold","encryption":true}""");
        await center.CreateAsync("web1", "Gold");
        await center.CreateAsync("db1");
        Assert.Equal("succeeded", (await center.DoAsync("vms/db1/policy", """{"policy":"Gold"}""")).State);

        var refused = await (await center.SendAsync(HttpMethod.Delete, "policies/gold", null))
            .ProblemAsync(HttpStatusCode.Conflict);

        Assert.Equal(("ResourceInUse", "lorica.policyInUse"), (refused.Title, refused.Code));
        Assert.Contains("db1, web1", refused.Detail, StringComparison.Ordinal);
        await center.SetPolicyAsync("web1", TestCenter.DefaultPolicy);
        await center.SetPolicyAsync("db1", TestCenter.DefaultPolicy);
        Assert.Equal(HttpStatusCode.NoContent, (await center.SendAsync(HttpMethod.Delete, "policies/gold", null)).StatusCode);
    }

    [Theory]
    [InlineData("""{"name":"x","strict":false}""", "lorica.policyStrict")]
    [InlineData("""{"name":"x","allowCleartextFilters":true}""", "lorica.policyFilters")]
    [InlineData("""{"name":"x","outageAction":"explode"}""", "lorica.policyOutage")]
    [InlineData("""{"name":"x","outageAction":"suspend","outageAfterSeconds":5}""", "lorica.policyOutage")]
    [InlineData("""{"name":"x","outageAfterSeconds":500}""", "lorica.policyOutage")]
    [InlineData("""{"name":" x"}""", "lorica.policyName")]
    [InlineData("""{"name":"4d5f673c-536f-11e6-beb8-9e71128cae78"}""", "lorica.policyName")]
    [InlineData("""{"name":"x","tags":[""]}""", "lorica.tags")]
    public void A_policy_that_makes_no_sense_is_refused(string json, string key)
    {
        var body = System.Text.Json.JsonSerializer.Deserialize(json, RestJson.Default.CreatePolicyBody)!;

        var refused = Assert.Throws<Lorica.Contracts.Faults.FaultException>(() => PolicyChecks.ToPolicy("id", body));

        Assert.Equal(key, refused.Fault.Key);
    }

    [Fact]
    public async Task An_administrator_without_crypto_privileges_makes_plain_policies_and_touches_no_encryption_rule()
    {
        await using var center = await TestCenter.StartAsync();
        await center.MakePolicyAsync("""{"name":"Gold","encryption":true}""");
        var bob = await center.PersonAsync("bob", PolicyWorld.NoCryptoAdmin);
        var policies = center.Services.GetRequiredService<PolicyService>();
        const string Needed = "Cryptographer.ManageEncryptionPolicy";

        await policies.CreateAsync(bob, new CreatePolicyBody { Name = "Plain" }, default);
        await policies.EditAsync(bob, "Plain", new EditPolicyBody(Description: "d"), default);
        await PolicyWorld.LacksAsync(
            Needed, () => policies.CreateAsync(bob, new CreatePolicyBody { Name = "E", Encryption = true }, default));
        await PolicyWorld.LacksAsync(Needed, () => policies.CloneAsync(bob, "Gold", new ClonePolicyBody("E"), default));
        await PolicyWorld.LacksAsync(
            Needed, () => policies.EditAsync(bob, "Plain", new EditPolicyBody(Encryption: true), default));
        await PolicyWorld.LacksAsync(
            Needed, () => policies.EditAsync(bob, "Gold", new EditPolicyBody(Encryption: false), default));
        await PolicyWorld.LacksAsync(Needed, () => policies.EditAsync(bob, "Gold", new EditPolicyBody(Strict: false), default));
        await PolicyWorld.LacksAsync(Needed, () => policies.DeleteAsync(bob, "Gold", default));
        await policies.DeleteAsync(bob, "Plain", default);
        var eve = await center.PersonAsync("eve", -2);
        await PolicyWorld.LacksAsync(
            "StorageProfile.Update", () => policies.CreateAsync(eve, new CreatePolicyBody { Name = "Plain" }, default));
    }

    [Fact]
    public async Task Work_under_a_policy_that_was_edited_since_its_privileges_were_checked_does_not_begin()
    {
        await using var center = await TestCenter.StartAsync();
        await center.MakePolicyAsync("""{"name":"Gold","encryption":true}""");
        await center.CreateAsync("a", "Gold");
        var vm = await center.VmAsync("a");
        Assert.True((await center.SendAsync(HttpMethod.Patch, "policies/gold", """{"encryption":false}""")).IsSuccessStatusCode);

        var refused = await Assert.ThrowsAsync<Lorica.Contracts.Faults.FaultException>(
            () => center.AskGrainAsync(
                Lorica.Model.Caller.System, vm.Id,
                new Lorica.ControlPlane.Vms.Operations.SetPolicy.SetPolicyRequest { Policy = vm.Policy.Id, RulesVersion = 1 }));

        Assert.Equal("lorica.policyChanged", refused.Fault.Key);
        Assert.True((await center.VmAsync("a")).Encrypted);
    }
}
