using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Lorica.Center.Rest;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class IdempotencyTests
{
    private const string Vm = """{"name":"a","disks":[{"capacity":1048576}]}""";

    [Fact]
    public async Task The_same_request_under_the_same_key_is_done_once_and_answered_alike_also_after_a_restart()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var first = await PostAsync(center, "k1", Vm);
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        string text = await first.Content.ReadAsStringAsync();
        await center.EndAsync((await first.Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id);

        await center.RestartAsync();
        var second = await PostAsync(center, "k1", Vm);

        Assert.Equal((HttpStatusCode.Accepted, text), (second.StatusCode, await second.Content.ReadAsStringAsync()));
        Assert.Equal("application/json", second.Content.Headers.ContentType?.MediaType);
        Assert.Single((await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items);
    }

    [Fact]
    public async Task Another_request_under_the_same_key_is_refused()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await PostAsync(center, "k1", Vm);

        var reply = await PostAsync(center, "k1", Vm.Replace("\"a\"", "\"b\"", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, reply.StatusCode);
        Assert.Equal("lorica.idempotencyMismatch", (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code);
    }

    [Fact]
    public async Task A_refused_request_may_be_asked_again_under_its_key()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("a");
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(center, "k1", Vm)).StatusCode);
        var delete = await center.Http.DeleteAsync("/api/v1/vms/a");
        await center.EndAsync((await delete.Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id);

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(center, "k1", Vm)).StatusCode);
    }

    [Fact]
    public async Task A_request_that_a_stop_of_the_center_interrupted_is_not_done_twice()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await PostAsync(center, "k1", Vm);
        await center.Store.WriteAsync(db => db.Raw.IdempotencyKeys.ExecuteUpdateAsync(s => s.SetProperty(i => i.Status, 0)));

        var reply = await PostAsync(center, "k1", Vm);

        Assert.Equal(HttpStatusCode.Conflict, reply.StatusCode);
        Assert.Equal("lorica.idempotencyPending", (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code);
    }

    [Fact]
    public async Task A_key_expires_after_a_day()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.EndAsync(
            (await (await PostAsync(center, "k1", Vm)).Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id);
        long old = (TimeProvider.System.GetUtcNow() - IdempotencyStore.Lifetime - TimeSpan.FromMinutes(1))
            .ToUnixTimeMilliseconds();
        await center.Store.WriteAsync(db => db.Raw.IdempotencyKeys.ExecuteUpdateAsync(s => s.SetProperty(i => i.CreatedAt, old)));

        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(center, "k1", Vm)).StatusCode);
        Assert.Empty(await center.Store.ReadAsync(db => db.Raw.IdempotencyKeys.ToListAsync()));
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(center, new string('k', 129), Vm)).StatusCode);
        Assert.Empty((await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items);
    }

    [Fact]
    public async Task A_token_is_made_once_and_its_secret_is_neither_kept_nor_told_again()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var made = await (await PostAsync(center, "k1", "{}", "tokens")).Content.ReadFromJsonAsync(
            RestJson.Default.CreatedTokenModel);

        var again = await PostAsync(center, "k1", "{}", "tokens");

        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal("lorica.idempotencySecret", (await again.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code);
        Assert.Equal(
            made!.Token.Id, Assert.Single((await center.GetAsync("tokens", RestJson.Default.ListModelTokenModel)).Items).Id);
        Assert.All(await center.Store.ReadAsync(db => db.Raw.IdempotencyKeys.ToListAsync()), r => Assert.Empty(r.Body ?? []));
    }

    [Fact]
    public async Task A_user_is_added_once_and_what_is_kept_of_the_password_is_under_a_key_outside_the_database()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        const string Ann = """{"name":"ann","password":"correct horse"}""";
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(center, "k1", Ann, "users")).StatusCode);
        await center.RestartAsync();
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(center, "k1", Ann, "users")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity,
            (await PostAsync(center, "k1", Ann.Replace("horse", "mule", StringComparison.Ordinal), "users")).StatusCode);

        string kept = Assert.Single(await center.Store.ReadAsync(db => db.Raw.IdempotencyKeys.ToListAsync())).RequestHash;
        string file = Path.Combine(center.StateFolder, RequestFingerprints.File);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, await File.ReadAllBytesAsync(file));
        foreach (string part in new[] { "", "POST", "/api/v1/users", "" })
        {
            hmac.AppendData(BitConverter.GetBytes(part.Length));
            hmac.AppendData(Encoding.UTF8.GetBytes(part));
        }

        hmac.AppendData(Encoding.UTF8.GetBytes(Ann));
        Assert.Equal(Convert.ToHexStringLower(hmac.GetHashAndReset()), kept);
    }

    [Fact]
    public async Task A_repetition_after_the_key_of_fingerprints_was_lost_is_refused_instead_of_done_twice()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await PostAsync(center, "k1", """{"name":"team"}""", "groups");
        await center.RestartAsync(() =>
        {
            File.Delete(Path.Combine(center.StateFolder, RequestFingerprints.File));
            return Task.CompletedTask;
        });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(center, "k1", """{"name":"team"}""", "groups")).StatusCode);
    }

    [Fact]
    public async Task An_answer_is_not_given_again_to_another_token_of_the_account()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var (wide, narrow) = (await TokenAsync("{}"), await TokenAsync("""{"privileges":["System.View"]}"""));
        const string Key = """{"kind":"folder","name":"prod"}""";

        Assert.Equal(HttpStatusCode.Created, await AsAsync(wide));
        Assert.Equal(HttpStatusCode.Created, await AsAsync(wide));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await AsAsync(narrow));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(center, "k1", Key, "containers")).StatusCode);

        async Task<string> TokenAsync(string body) => (await (await center.PostAsync("tokens", body)).Content.ReadFromJsonAsync(
            RestJson.Default.CreatedTokenModel))!.Secret;

        async Task<HttpStatusCode> AsAsync(string token)
        {
            using var http = center.Anonymous();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return (await http.SendAsync(Request("k1", Key, "containers"))).StatusCode;
        }
    }

    [Theory]
    [InlineData("groups", """{"name":"team"}""", HttpStatusCode.Created)]
    [InlineData("roles/ReadOnly/clone", """{"name":"mine"}""", HttpStatusCode.Created)]
    [InlineData("policies", """{"name":"Gold"}""", HttpStatusCode.Created)]
    [InlineData("policies/Datastore%20Default/clone", """{"name":"Silver"}""", HttpStatusCode.Created)]
    [InlineData("containers", """{"kind":"folder","name":"prod"}""", HttpStatusCode.Created)]
    [InlineData("keys", """{"label":"ahead"}""", HttpStatusCode.Created)]
    [InlineData("vms/web/disks", """{"capacity":1048576}""", HttpStatusCode.Accepted)]
    [InlineData("vms/web/clone", """{"name":"copy"}""", HttpStatusCode.Accepted)]
    [InlineData("vms/web/unregister", "", HttpStatusCode.Accepted)]
    public async Task Whatever_is_made_is_made_once_under_one_key(string path, string json, HttpStatusCode status)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("web");
        var first = await PostAsync(center, "k1", json, path);
        Assert.True(first.StatusCode == status, await first.Content.ReadAsStringAsync());
        if (status == HttpStatusCode.Accepted)
        {
            await center.EndAsync((await first.Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id);
        }

        int tasks = (await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items.Count;
        var second = await PostAsync(center, "k1", json, path);

        Assert.Equal((status, "true"), (second.StatusCode, second.Headers.GetValues("Idempotency-Replayed").Single()));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(tasks, (await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items.Count);
    }

    [Fact]
    public async Task A_user_has_only_so_many_keys_and_another_is_not_held_up_by_them()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await center.Store.WriteAsync(db => db.Raw.Database.ExecuteSqlAsync(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {IdempotencyStore.MaximumPerUser})
            INSERT INTO idempotency_keys (user_name, key, request_hash, status, content_type, created_at)
            SELECT 'administrator', 'k' || i, '', 200, '', {now} FROM n
            """));

        var reply = await PostAsync(center, "one more", Vm);

        Assert.Equal("lorica.idempotencyFull", (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code);
        Assert.Empty((await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items);
        Assert.Null(await center.Service<IdempotencyStore>().BeginAsync("bob", "one more", "", default));
    }

    private static Task<HttpResponseMessage> PostAsync(TestCenter center, string key, string json, string path = "vms") =>
        center.Http.SendAsync(Request(key, json, path));

    private static HttpRequestMessage Request(string key, string json, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/" + path);
        if (json.Length > 0)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        request.Headers.Add("Idempotency-Key", key);
        return request;
    }
}
