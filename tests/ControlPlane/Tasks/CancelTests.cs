using System.Net;
using System.Net.Http.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Tasks;

public sealed class CancelTests
{
    private static readonly Caller Somebody = new("administrator");

    [Fact]
    public async Task A_cancelled_task_ends_as_cancelled_by_whom_and_an_event_tells_it()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var begun = new TaskCompletionSource<string>();
        var run = Runner(center).RunCancellableAsync("test.long", ObjectRef.Root, Somebody,
            StoreJson.Default.Fault, async (id, ct) =>
        {
            begun.SetResult(id);
            await Wait.ForeverAsync(ct);
            return new Fault("", "", "", "");
        }, default);
        string id = await begun.Task;
        Assert.True((await center.GetAsync("tasks/" + id, RestJson.Default.TaskModel)).Cancellable);

        var asked =
            await (await center.PostAsync($"tasks/{id}/cancel", "")).Content.ReadFromJsonAsync(RestJson.Default.TaskModel);

        Assert.True(asked!.CancelRequested);
        Assert.Equal(FaultTypes.RequestCanceled, (await Assert.ThrowsAsync<FaultException>(() => run)).Fault.Type);
        var task = await center.EndAsync(id);
        Assert.Equal(("cancelled", "lorica.cancelled", false), (task.State, task.Fault!.Key, task.Cancellable));
        Assert.StartsWith("administrator cancelled", task.Fault.Message, StringComparison.Ordinal);
        Assert.Contains(
            id, Assert.Single(await center.EventsAsync(EventIds.TaskCancelRequested)).Message, StringComparison.Ordinal);
        Assert.Equal("lorica.taskEnded", (await center.RefusedAsync($"tasks/{id}/cancel", "", HttpStatusCode.Conflict)).Code);
    }

    [Fact]
    public async Task Behind_the_point_of_no_return_a_task_is_not_cancelled_any_more()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var (begun, go) = (new TaskCompletionSource<string>(), new TaskCompletionSource());
        var board = center.Services.GetRequiredService<TaskStore>();
        var run = Runner(center).RunCancellableAsync("test.long", ObjectRef.Root, Somebody,
            StoreJson.Default.Fault, async (id, ct) =>
        {
            await board.EnterUncancellableAsync(id, ct);
            begun.SetResult(id);
            await go.Task;
            return new Fault("a", "b", "c", "d");
        }, default);
        string id = await begun.Task;

        Assert.Equal(
            "lorica.notCancellable", (await center.RefusedAsync($"tasks/{id}/cancel", "", HttpStatusCode.Conflict)).Code);

        go.SetResult();
        await run;
        var task = await center.EndAsync(id);
        Assert.Equal("succeeded", task.State);
        Assert.Equal("d", task.Result!.Value.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_request_that_was_quicker_than_the_point_of_no_return_ends_the_work_there()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var board = center.Services.GetRequiredService<TaskStore>();
        var row = await board.BeginAsync("test.long", ObjectRef.Root, Somebody, default);
        await board.EnterCancellableAsync(row.Id, default);
        var token = await board.CancellationOfAsync(row, default);

        await board.RequestCancelAsync(row.Id, "bob", default);

        Assert.True(token.IsCancellationRequested);
        var refused = await Assert.ThrowsAsync<FaultException>(() => board.EnterUncancellableAsync(row.Id, default));
        Assert.Equal(FaultTypes.RequestCanceled, refused.Fault.Type);
        Assert.StartsWith("bob cancelled", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_found_again_after_a_restart_and_other_work_fails_with_its_reason()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var board = center.Services.GetRequiredService<TaskStore>();
        var asked = await board.BeginAsync("test.asked", ObjectRef.Root, Somebody, default);
        await board.EnterCancellableAsync(asked.Id, default);
        await board.RequestCancelAsync(asked.Id, "bob", default);

        await center.RestartAsync();

        var again = center.Services.GetRequiredService<TaskStore>();
        Assert.True((await again.CancellationOfAsync(asked, default)).IsCancellationRequested);
        var task = await center.EndAsync(asked.Id);
        Assert.Equal(("failed", "lorica.interrupted"), (task.State, task.Fault!.Key));
    }

    [Fact]
    public async Task Tasks_begun_inside_a_task_are_its_parts_in_grains_too()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("a");
        string parent = await Runner(center).RunAsync("test.all", ObjectRef.Root, Somebody, async id =>
        {
            using (TaskParent.Enter(id))
            {
                await center.Vms
                    .PowerAsync(Somebody, "a", new PowerBody("on"), default);
            }

            return id;
        }, default);

        var part = Assert.Single((await center.GetAsync($"tasks?parent={parent}", RestJson.Default.ListModelTaskModel)).Items);

        Assert.Equal(("vm.powerOn", parent), (part.Kind, part.Parent));
        await center.EndAsync(part.Id);
    }

    private static OperationRunner Runner(TestCenter center) => center.Services.GetRequiredService<OperationRunner>();
}
