using System.Net;
using System.Net.Http.Json;
using System.Text;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tests.Support;
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
        var text = await first.Content.ReadAsStringAsync();
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
        await center.Store.WriteAsync(db => db.IdempotencyKeys.ExecuteUpdateAsync(s => s.SetProperty(i => i.Status, 0)));

        var reply = await PostAsync(center, "k1", Vm);

        Assert.Equal(HttpStatusCode.Conflict, reply.StatusCode);
        Assert.Equal("lorica.idempotencyPending", (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code);
    }

    [Fact]
    public async Task A_key_expires_after_a_day()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.EndAsync((await (await PostAsync(center, "k1", Vm)).Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id);
        var old = (TimeProvider.System.GetUtcNow() - IdempotencyStore.Lifetime - TimeSpan.FromMinutes(1)).ToUnixTimeMilliseconds();
        await center.Store.WriteAsync(db => db.IdempotencyKeys.ExecuteUpdateAsync(s => s.SetProperty(i => i.CreatedAt, old)));

        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(center, "k1", Vm)).StatusCode);
        Assert.Empty(await center.Store.ReadAsync(db => db.IdempotencyKeys.ToListAsync()));
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(center, new string('k', 129), Vm)).StatusCode);
        Assert.Empty((await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items);
    }

    private static Task<HttpResponseMessage> PostAsync(TestCenter center, string key, string json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/vms") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        return center.Http.SendAsync(request);
    }
}
