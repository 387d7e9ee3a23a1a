using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Policies;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Rest;

/// <summary>ETag and If-Match of everything that people edit.</summary>
public sealed class RevisionTests
{
    /// <summary>Where it is shown, two edits of it, and what makes it first.</summary>
    public static TheoryData<string, string, string, string> Edited { get; } = new()
    {
        { "", "vms/web", "POST vms/web/rename {\"name\":\"web1\"}", "DELETE vms/web1" },
        { "", "vms/web", "POST vms/web/power {\"action\":\"on\"}", "POST vms/web/power {\"action\":\"off\",\"hard\":true}" },
        { "", "vms/web", "POST vms/web/disks {\"capacity\":1048576}",
            "POST vms/web/disks/virtio0:0/resize {\"capacity\":2097152}" },
        { "POST policies {\"name\":\"Gold\"}", "policies/Gold", "PATCH policies/Gold {\"description\":\"a\"}",
            "DELETE policies/Gold" },
        { "", "hosts/h1", "POST hosts/h1/maintenance {\"enter\":true}", "POST hosts/h1/maintenance {\"enter\":false}" },
        { "", "providers/kms1", "PUT providers/kms1/runs-in {\"vm\":\"web\"}", "DELETE providers/kms1?force=true" },
        { "", "providers/kms1", "PATCH providers/kms1 {\"default\":true}", "PATCH providers/kms1 {\"default\":true}" },
        { "", "providers/kms1/runs-in", "PUT providers/kms1/runs-in {\"vm\":\"web\"}", "PUT providers/kms1/runs-in {}" },
        { "", "datastores/ds1/tags", "PUT datastores/ds1/tags {\"tags\":[\"a\"]}", "PUT datastores/ds1/tags {\"tags\":[\"b\"]}" },
        { "PUT settings/center.runsIn {\"name\":\"center.runsIn\",\"value\":\"web\"}", "settings/center.runsIn",
            "DELETE settings/center.runsIn", "PUT settings/center.runsIn {\"name\":\"center.runsIn\",\"value\":\"web\"}" },
        { "POST users {\"name\":\"ann\",\"password\":\"correct horse\"}", "users/ann",
            "PUT users/ann/password {\"password\":\"another horse\"}", "DELETE users/ann" },
        { "POST users {\"name\":\"ann\",\"password\":\"correct horse\"}", "users/ann",
            "PUT permissions {\"user\":\"ann\",\"role\":\"ReadOnly\",\"object\":\"root\"}",
            "DELETE permissions?object=root&user=ann" },
        { "POST groups {\"name\":\"team\"}", "groups/team", "PUT groups/team/members/administrator", "DELETE groups/team" },
        { "POST roles/ReadOnly/clone {\"name\":\"mine\"}", "roles/mine",
            "PUT roles/MINE {\"add\":[\"VirtualMachine.Interact.PowerOn\"]}", "DELETE roles/mine" },
        { "POST containers {\"kind\":\"folder\",\"name\":\"prod\"}", "containers/prod", "POST containers/prod/rename "
            + "{\"name\":\"prod2\"}", "DELETE containers/prod2" },
    };

    [Theory]
    [MemberData(nameof(Edited))]
    public async Task Of_two_edits_made_from_the_same_look_only_the_first_is_done(
        string make, string shown, string first, string second)
    {
        await using var center = await TestCenter.StartAsync();
        Assert.Equal("succeeded", (await center.CreateAsync("web")).State);
        if (make.Length > 0)
        {
            await DoAsync(center, make, null);
        }

        string tag = await TagAsync(center, shown);
        await DoAsync(center, first, tag);
        var refused = await (await SendAsync(center, second, tag)).ProblemAsync(HttpStatusCode.PreconditionFailed);

        Assert.Equal("lorica.changed", refused.Code);
        Assert.DoesNotContain(
            (await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items, t => t.State == "failed");
        await DoAsync(center, second, null);
    }

    [Fact]
    public async Task Edits_sent_at_once_from_the_same_look_are_done_once()
    {
        await using var center = await TestCenter.StartAsync();
        await center.MakePolicyAsync("""{"name":"Gold"}""");
        string tag = await TagAsync(center, "policies/Gold");

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(n =>
            SendAsync(center, $$"""PATCH policies/Gold {"description":"{{n}}"}""", tag)));

        Assert.Single(replies, r => r.IsSuccessStatusCode);
        Assert.Equal(7, replies.Count(r => r.StatusCode == HttpStatusCode.PreconditionFailed));
        Assert.Equal(2, (await center.GetAsync("policies/gold", RestJson.Default.PolicyModel)).Version);
    }

    [Fact]
    public async Task What_was_shown_while_an_edit_ran_is_stale_at_its_end_and_a_tag_of_another_object_never_passes()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("b");
        string other = await TagAsync(center, "vms/b");
        string before = await TagAsync(center, "vms/a");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(center, "DELETE vms/a", other)).StatusCode);

        center.Host.HoldJobs = new TaskCompletionSource();
        var reply = await SendAsync(center, """POST vms/a/policy {"policy":"VM Encryption Policy"}""", before);
        string during = await TagAsync(center, "vms/a");
        center.Host.HoldJobs.SetResult();
        Assert.Equal(
            "succeeded", (await center.EndAsync((await reply.Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id)).State);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(center, "DELETE vms/a", during)).StatusCode);
        await DoAsync(center, "DELETE vms/a", await TagAsync(center, "vms/a"));
    }

    [Fact]
    public async Task Encryption_mode_that_comes_on_the_way_does_not_stand_in_the_way_of_an_edit()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("web");
        center.Host.CryptoMode = "incapable";
        await DoAsync(center, """POST vms/web/policy {"policy":"VM Encryption Policy"}""", await TagAsync(center, "vms/web"));
        Assert.Contains(
            (await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items, t => t.Kind == "host.crypto.enable");
    }

    [Fact]
    public async Task A_name_that_comes_back_is_another_revision()
    {
        await using var center = await TestCenter.StartAsync();
        const string Make = """POST groups {"name":"team"}""";
        await DoAsync(center, Make, null);
        string tag = await TagAsync(center, "groups/team");
        await DoAsync(center, "DELETE groups/team", tag);
        await DoAsync(center, Make, null);

        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(center, "DELETE groups/team", tag)).StatusCode);
    }

    [Fact]
    public async Task A_read_with_the_revision_that_one_has_is_not_answered_again_until_something_is_different()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("web");
        string tag = await TagAsync(center, "vms/web");
        Assert.Equal(HttpStatusCode.NotModified, await ReadAsync(center, tag));
        await center.PowerAsync("web", "on");
        Assert.Equal(HttpStatusCode.OK, await ReadAsync(center, tag));
    }

    [Theory]
    [InlineData("POST vms {\"name\":\"a\",\"disks\":[]}")]
    [InlineData("DELETE tokens/abc")]
    [InlineData("POST keys/check")]
    public async Task If_Match_is_refused_where_nothing_would_be_compared(string request)
    {
        await using var center = await TestCenter.StartAsync();
        var refused = await (await SendAsync(center, request, "\"1-abc\"")).ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal("lorica.ifMatch", refused.Code);
    }

    /// <summary>
    /// What these change has no revision: they make something, end something, ask something, or say that something was seen.
    /// </summary>
    private static readonly string[] WithoutRevision =
    [
        "delete /api/v1/session", "delete /api/v1/sessions/{id}", "delete /api/v1/tokens/{id}",
        "post /api/v1/alarms/{number}/acknowledge", "post /api/v1/policies/{policy}/apply",
        "post /api/v1/policies/{policy}/clone", "post /api/v1/providers/{name}/csr", "post /api/v1/roles/{name}/clone",
        "post /api/v1/tasks/{id}/cancel", "post /api/v1/vms/{vm}/console",
        "post /api/v1/vms/{vm}/repair", "post /api/v1/vms/{vm}/unlock",
        "post /api/v1/vms/{vm}/policy/check",
    ];

    [Fact]
    public async Task Every_edit_takes_If_Match_every_creation_an_idempotency_key_and_every_list_pages()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var document = JsonNode.Parse(await center.Http.GetStringAsync("/openapi/v1.json"))!;
        var poor = new List<string>();
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in operations!.AsObject())
            {
                var takes = (operation!["parameters"]?.AsArray() ?? []).Select(p => (string)p!["name"]!).ToHashSet();
                string name = $"{method} {path}";
                string list =
                    operation["responses"]?["200"]?["content"]?["application/json"]?["schema"]?["$ref"]?.ToString() ?? "";
                string[] missing = method switch
                {
                    "get" when list.Contains("ListModelOf", StringComparison.Ordinal) => ["limit", "cursor"],
                    "put" or "patch" or "delete" when !WithoutRevision.Contains(name) => ["If-Match"],
                    "post" when path == "/api/v1/session" || path.EndsWith("/import", StringComparison.Ordinal)
                        || path.EndsWith("/console", StringComparison.Ordinal) => [],
                    "post" => path.Contains('{', StringComparison.Ordinal) && !WithoutRevision.Contains(name)
                        ? ["If-Match", "Idempotency-Key"] : ["Idempotency-Key"],
                    _ => [],
                };
                poor.AddRange(missing.Where(m => !takes.Contains(m)).Select(m => $"{name}: {m}"));
            }
        }

        Assert.Empty(poor);
    }

    private static async Task<string> TagAsync(TestCenter center, string path)
    {
        var reply = await center.Http.GetAsync("/api/v1/" + path);
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        return reply.Headers.ETag?.Tag ?? throw new InvalidOperationException($"{path} has no ETag");
    }

    private static async Task<HttpStatusCode> ReadAsync(TestCenter center, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/vms/web");
        request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(tag));
        return (await center.Http.SendAsync(request)).StatusCode;
    }

    private static async Task DoAsync(TestCenter center, string request, string? tag)
    {
        var reply = await SendAsync(center, request, tag);
        Assert.True(reply.IsSuccessStatusCode, $"{request}: {await reply.Content.ReadAsStringAsync()}");
        if (reply.StatusCode == HttpStatusCode.Accepted)
        {
            var task = await center.EndAsync((await reply.Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id);
            Assert.True(task.State == "succeeded", task.Fault?.Message);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(TestCenter center, string request, string? tag)
    {
        string[] parts = request.Split(' ', 3);
        return center.SendAsync(new HttpMethod(parts[0]), parts[1], parts.Length > 2 ? parts[2] : null, tag);
    }
}
