using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests;

public sealed class PolicyTests : SignedInTests
{
    [Fact]
    public async Task A_policy_is_created_with_the_rules_of_the_command_line()
    {
        CreatePolicyBody? body = null;
        _center.On("POST /api/v1/policies", async context =>
        {
            body = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.CreatePolicyBody);
            await FakeCenter.WriteAsync(context, Gold, RestJson.Default.PolicyModel, 201);
        });

        Assert.Equal(ExitCode.Success, await _cli.RunAsync(
            "policy", "create", "Gold", "--encryption", "on", "--strict", "off", "--tag", "gold", "--outage", "shutDown",
            "--outage-after", "2h"));

        Assert.Equal(("Gold", true, false, "shutDown", 7200L),
            (body!.Name, body.Encryption, body.Strict, body.OutageAction, body.OutageAfterSeconds));
        Assert.Equal(["gold"], body.Tags);
        Assert.Contains("shutDown after 2h", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("policy", "create", "Gold", "--outage-after", "soon"));
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("policy", "edit", "Gold"));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("DC1/DC2")]
    [InlineData("a%2Fb")]
    [InlineData("b64:YQ")]
    [InlineData(" a\n")]
    public async Task A_policy_that_is_named_as_none_may_be_any_more_is_still_asked_for(string name)
    {
        _center.On($"GET /api/v1/policies/{SegmentText.Encode(name)}", Gold with { Name = name }, RestJson.Default.PolicyModel);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("policy", "show", name));

        Assert.True(SegmentText.TryDecode(SegmentText.Encode(name), out string? again));
        Assert.Equal(name, again);
    }

    [Fact]
    public async Task An_empty_name_is_no_list()
    {
        _center.On("GET /api/v1/policies/", new ListModel<PolicyModel>([]), RestJson.Default.ListModelPolicyModel);
        Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("policy", "show", ""));
    }

    [Fact]
    public async Task An_edit_says_only_what_changes()
    {
        string? json = null;
        _center.On("GET /api/v1/policies/Gold", Gold, RestJson.Default.PolicyModel);
        _center.On("PATCH /api/v1/policies/Gold", async context =>
        {
            json = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await FakeCenter.WriteAsync(context, Gold, RestJson.Default.PolicyModel, 200);
        });

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("policy", "edit", "Gold", "--outage", "keepRunning", "--no-tags"));

        Assert.Equal("""{"tags":[],"outageAction":"keepRunning","outageAfterSeconds":0}""", json);
    }

    [Fact]
    public async Task An_edit_is_made_from_what_was_looked_at_and_says_what_to_do_when_somebody_was_quicker()
    {
        var tags = new List<string>();
        _center.On("GET /api/v1/policies/Gold", context =>
        {
            context.Response.Headers.ETag = "\"7-ab.cd\"";
            return FakeCenter.WriteAsync(context, Gold, RestJson.Default.PolicyModel, 200);
        });
        _center.On("PATCH /api/v1/policies/Gold", context =>
        {
            tags.Add(context.Request.Headers.IfMatch.ToString());
            return FakeCenter.WriteAsync(
                context, new ProblemModel("urn", "InvalidState", 412, "Gold was changed.", "lorica.changed", "Gold", ""),
                RestJson.Default.ProblemModel, 412, "application/problem+json");
        });

        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("policy", "edit", "Gold", "--strict", "off"));

        Assert.Equal(["\"7-ab.cd\""], tags);
        Assert.Contains("error: Somebody changed Gold meanwhile, so nothing was done.", _cli.Error, StringComparison.Ordinal);
        Assert.Contains("hint: Look again how it is now, and repeat the command if it is still wanted.", _cli.Error,
            StringComparison.Ordinal);
        Assert.Contains("code: lorica.changed", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Applying_to_many_follows_the_task_and_ends_with_a_table_of_outcomes()
    {
        ApplyPolicyBody? body = null;
        _center.On("POST /api/v1/policies/Gold/apply", async context =>
        {
            body = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.ApplyPolicyBody);
            await FakeCenter.WriteAsync(context, Samples.Task(kind: "policy.apply"), RestJson.Default.TaskModel, 202);
        });
        var why = new Fault(
            FaultTypes.InvalidState, "lorica.applyIncomplete", "Gold", "\"Gold\" could not be applied to 1 of 2 VMs.");
        _center.On("GET /api/v1/tasks/17", Samples.Task(kind: "policy.apply", state: "failed", percent: 100, fault: why),
            RestJson.Default.TaskModel);
        _center.On("GET /api/v1/policies/reports/17", new PolicyReportModel("17", new PolicyRefModel("1", "Gold"), "failed",
        [
            new PolicyOutcomeModel("web1", "1", "succeeded", "encrypt", "18", null),
            new PolicyOutcomeModel("db1", "2", "failed", "", null, new Fault(
                FaultTypes.InvalidPowerState, "lorica.mustBeOff", "db1", "db1 must be powered off.", "lorica vm power off db1")),
        ]), RestJson.Default.PolicyReportModel);

        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("policy", "apply", "Gold", "web1", "db1", "--parallel", "4"));

        Assert.Equal((4, false), (body!.Parallel, body.All));
        Assert.Equal(["web1", "db1"], body.Vms!);
        string[] lines = _cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Matches("^web1 +encrypted +18$", lines[1]);
        Assert.Matches("^db1 +refused +db1 must be powered off. lorica vm power off db1$", lines[2]);
        Assert.Contains("code: lorica.applyIncomplete", _cli.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("policy", "apply", "Gold"));
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("policy", "apply", "Gold", "web1", "--all"));
    }

    [Fact]
    public async Task A_check_shows_what_differs_and_fails_for_scripts()
    {
        var policy = Samples.Encryption;
        _center.On("GET /api/v1/compliance", new ListModel<ComplianceModel>(
        [
            new ComplianceModel(
                "web1", "1", "compliant", [new ObjectComplianceModel("home", "[ds1] web1/web1.vmx", policy, "compliant", [])]),
            new ComplianceModel(
                "db1", "2", "nonCompliant", [new ObjectComplianceModel(
                    "virtio0:0", "[ds1] db1/0.vmdk", policy, "nonCompliant", ["0.vmdk is plain."])]),
        ]), RestJson.Default.ListModelComplianceModel);

        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("policy", "check", "--all"));

        Assert.Contains("0.vmdk is plain.", _cli.Out, StringComparison.Ordinal);
        Assert.Contains("db1 is nonCompliant", _cli.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("policy", "check"));
    }

    [Fact]
    public async Task A_check_before_setting_a_policy_prints_each_finding_and_sets_nothing()
    {
        _center.On("POST /api/v1/vms/web1/policy/check", new PreflightModel("web1", "encrypt", false,
        [
            new PreflightCheckModel("rules", "ok", "", "", ""),
            new PreflightCheckModel("center", "refused", "lorica.vmRunsCenter", "web1 runs this center.", "Leave it plain."),
        ]), RestJson.Default.PreflightModel);

        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("vm", "policy", "set", "web1", "VM Encryption Policy", "--check"));

        Assert.Matches("(?m)^center +refused +web1 runs this center. +Leave it plain.$", _cli.Out);
        Assert.Contains("code: lorica.vmRunsCenter", _cli.Error, StringComparison.Ordinal);
        Assert.Equal(["POST /api/v1/vms/web1/policy/check"], _center.Requests);
    }

    [Fact]
    public async Task What_the_center_cannot_find_out_is_told_to_it()
    {
        string? json = null;
        _center.On("GET /api/v1/providers/corp", new ProviderModel("corp", true, [], "broker", "PEM", "ab", null),
            RestJson.Default.ProviderModel);
        _center.On("PUT /api/v1/providers/corp/runs-in", async context =>
        {
            json = await new StreamReader(context.Request.Body).ReadToEndAsync();
            context.Response.StatusCode = 204;
        });

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "set", "corp", "--runs-in", "kms1"));
        Assert.Equal("""{"vm":"kms1"}""", json);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "set", "corp", "--runs-in", "none"));
        Assert.Equal("{}", json);
    }

    private static PolicyModel Gold =>
        new("id-1", "Gold", "", true, false, false) { Tags = ["gold"], OutageAction = "shutDown", OutageAfterSeconds = 7200 };
}
