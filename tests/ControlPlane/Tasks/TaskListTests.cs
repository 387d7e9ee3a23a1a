using System.Net;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tests.Tasks;

public sealed class TaskListTests
{
    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_although_many_tasks_began_at_once()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await AddAsync(center, 25, startedAt: 1000);
        await AddAsync(center, 5, startedAt: 2000);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await center.GetAsync(
                $"tasks?limit=7{(cursor is null ? "" : "&cursor=" + cursor)}", RestJson.Default.ListModelTaskModel);
            Assert.InRange(page.Items.Count, 1, 7);
            seen.AddRange(page.Items.Select(t => t.Id));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(30, seen.Distinct().Count());
        Assert.Equal(30, seen.Count);
    }

    [Fact]
    public async Task Filters_choose_by_state_kind_object_user_and_time()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await AddAsync(center, 2, startedAt: 1000, kind: "a", user: "alice", target: "web");
        await AddAsync(center, 3, startedAt: 60_000, kind: "b", user: "bob", target: "db", state: "failed");
        async Task<int> CountAsync(string query) =>
            (await center.GetAsync("tasks?" + query, RestJson.Default.ListModelTaskModel)).Items.Count;

        Assert.Equal(2, await CountAsync("kind=a"));
        Assert.Equal(3, await CountAsync("state=failed"));
        Assert.Equal(0, await CountAsync("state=unfinished"));
        Assert.Equal(2, await CountAsync("user=alice"));
        Assert.Equal(3, await CountAsync("object=db"));
        Assert.Equal(3, await CountAsync("since=1970-01-01T00:00:30Z"));
        Assert.Equal(2, await CountAsync("until=1970-01-01T00:00:30Z"));
        Assert.Equal(0, await CountAsync("kind=a&state=failed"));
    }

    [Fact]
    public async Task A_cursor_or_limit_that_is_none_is_refused()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        foreach (string query in new[] { "tasks?cursor=%2E%2E", "tasks?cursor=YWJj", "tasks?limit=0", "tasks?limit=x",
            "events?cursor=YWJj", "vms?limit=-1" })
        {
            Assert.Equal(
                (query, HttpStatusCode.BadRequest), (query, (await center.Http.GetAsync("/api/v1/" + query)).StatusCode));
        }
    }

    private static Task AddAsync(
        TestCenter center, int count, long startedAt, string kind = "k", string user = "u", string target = "t",
        string state = "succeeded") =>
        center.Store.WriteAsync(db =>
        {
            for (int i = 0; i < count; i++)
            {
                db.Raw.Tasks.Add(new TaskRow
                {
                    Id = Guid.NewGuid().ToString("D"), Kind = kind, VmId = "", Target = target, State = state, UserName = user,
                    StartedAt = startedAt,
                });
            }

            return Task.CompletedTask;
        });
}
