using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Lorica.Contracts.Rest;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>What tests do with a center.</summary>
internal sealed partial class TestCenter
{
    public const string EncryptionPolicy = "VM Encryption Policy";
    public const string DefaultPolicy = "Datastore Default";

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type) =>
        (await Http.GetFromJsonAsync("/api/v1/" + path, type))!;

    public Task<VmModel> VmAsync(string name) => GetAsync("vms/" + name, RestJson.Default.VmModel);

    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Http.PostAsync("/api/v1/" + path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<ProblemModel> RefusedAsync(string path, string json, HttpStatusCode? status = null)
    {
        var reply = await PostAsync(path, json);
        Assert.False(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        Assert.Equal("application/problem+json", reply.Content.Headers.ContentType?.MediaType);
        if (status is { } s)
        {
            Assert.Equal(s, reply.StatusCode);
        }

        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!;
    }

    /// <summary>The task as it was accepted.</summary>
    public async Task<TaskModel> BeginAsync(string path, string json)
    {
        var reply = await PostAsync(path, json);
        Assert.True(reply.StatusCode == HttpStatusCode.Accepted, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!;
    }

    /// <summary>The task at its end.</summary>
    public async Task<TaskModel> DoAsync(string path, string json) => await EndAsync((await BeginAsync(path, json)).Id);

    public async Task<TaskModel> EndAsync(string id)
    {
        TaskModel? task = null;
        await Wait.UntilAsync(
            async () => (task = await GetAsync($"tasks/{id}?waitSeconds=5", RestJson.Default.TaskModel)).State is "succeeded"
                or "failed" or "cancelled", "the task ends");
        return task!;
    }

    public Task AddProviderAsync(string name = "kms1") => PostAsync(
        "providers",
        $$"""{"name":"{{name}}","servers":[{"host":"127.0.0.1","port":5696,"certificateSha256":"{{new string('a', 64)}}"}]}""");

    public async Task PatchedAsync(string json, string provider = "kms1")
    {
        var reply = await Http.PatchAsync(
            $"/api/v1/providers/{provider}", new StringContent(json, System.Text.Encoding.UTF8, "application/json"));
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
    }

    public Task<TaskModel> CreateAsync(string name, string? policy = null) => DoAsync(
        "vms", $$"""{"name":"{{name}}","disks":[{"capacity":1048576}]{{(policy is null ? "" : $",\"policy\":\"{policy}\"")}}}""");

    public Task<TaskModel> SetPolicyAsync(string vm, string policy) =>
        DoAsync($"vms/{vm}/policy", $$"""{"policy":"{{policy}}"}""");

    public Task<TaskModel> PowerAsync(string vm, string action) => DoAsync($"vms/{vm}/power", $$"""{"action":"{{action}}"}""");

    public Task<List<KeyRecordRow>> RecordsAsync() => Store.ReadAsync(db => db.Raw.KeyRecords.OrderBy(r => r.Number)
        .ToListAsync());

    public async Task<IReadOnlyList<EventModel>> EventsAsync(string id) =>
        [.. (await GetAsync("events?limit=1000", RestJson.Default.ListModelEventModel)).Items.Where(e => e.Id == id)];

    /// <summary>From here on writes like <c>UPDATE ON tasks WHEN …</c> fail, as on a disk that does.</summary>
    public Task BreakDatabaseAsync(string write)
    {
        string message = "disk I/O error " + Guid.NewGuid().ToString("N");
        _failed?.Dispose();
        _failed = new FailedStatements(message);
        string sql = string.Join(' ', "CREATE TRIGGER broken BEFORE", write, $"BEGIN SELECT RAISE(ABORT, '{message}'); END");
        return Store.WriteAsync(db => db.Raw.Database.ExecuteSqlRawAsync(sql));
    }

    /// <summary>A task's state when such a write has failed and was tried again, or when the task ended for it.</summary>
    public async Task<string> StateAfterFailuresAsync(string task)
    {
        string state = "";
        await Wait.UntilAsync(async () =>
        {
            bool again = _failed!.Count > 1;
            state = (await GetAsync("tasks/" + task, RestJson.Default.TaskModel)).State;
            return again || state is not ("queued" or "running");
        }, "the write is tried again");
        return state;
    }

    /// <summary>They do not fail any more.</summary>
    public Task MendDatabaseAsync() => Store.WriteAsync(db => db.Raw.Database.ExecuteSqlRawAsync("DROP TRIGGER broken"));
}
