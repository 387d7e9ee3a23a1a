using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Tasks;

public sealed class TaskStreamTests
{
    [Fact]
    public async Task The_stream_begins_with_what_is_under_way_and_follows_each_task_to_its_end()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("b");
        center.Host.HoldJobs = new TaskCompletionSource();
        var first = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");

        using var stream = await Sse.OpenAsync(center.Http, "/api/v1/tasks/stream");
        Assert.Equal(first.Id, (await stream.NextAsync(RestJson.Default.TaskModel)).Id);
        var second = await center.BeginAsync("vms/b/power", """{"action":"on"}""");

        TaskModel seen;
        do
        {
            seen = await stream.NextAsync(RestJson.Default.TaskModel);
        }
        while (seen.Id != second.Id || seen.State != "succeeded");
        center.Host.HoldJobs.SetResult();
        do
        {
            seen = await stream.NextAsync(RestJson.Default.TaskModel);
        }
        while (seen.Id != first.Id || seen.State != "succeeded");
    }
}
