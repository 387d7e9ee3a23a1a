using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Contracts.Events;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Tests;

/// <summary>Tasks, events and alarms.</summary>
public sealed class PlatformTests : SignedInTests
{
    [Fact]
    public async Task Filters_of_tasks_go_to_the_center()
    {
        _center.On("GET /api/v1/tasks", new ListModel<TaskModel>([Samples.Task()], "more"), RestJson.Default.ListModelTaskModel);
        Assert.Equal(ExitCode.Success,
            await _cli.RunAsync(
                "task", "ls", "--state", "unfinished", "--object", "a b", "--since", "2026-01-31", "--limit", "5"));
        Assert.Equal(["GET /api/v1/tasks?state=unfinished&object=a%20b&since=2026-01-31T00%3A00%3A00.0000000%2B00%3A00&limit=5"],
            _center.Requests);
        Assert.Contains("There are older ones", _cli.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("task", "ls", "--since", "soon"));
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("task", "ls", "--state", "lazy"));
    }

    [Fact]
    public async Task Cancel_waits_until_the_task_has_ended()
    {
        _center.On(
            "POST /api/v1/tasks/17/cancel", Samples.Task() with { CancelRequested = true }, RestJson.Default.TaskModel, 202);
        _center.On("GET /api/v1/tasks/17", Samples.Task(state: "cancelled"), RestJson.Default.TaskModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("task", "cancel", "17"));
        Assert.Equal("cancelled\n", _cli.Out);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("task", "cancel", "17", "--no-wait"));
        Assert.Equal("running, to be cancelled\n", _cli.Out);

        _center.On("GET /api/v1/tasks/17", Samples.Task(state: "succeeded"), RestJson.Default.TaskModel);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("task", "cancel", "17"));
        Assert.Contains("ended before it could be cancelled", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_whose_task_was_cancelled_fails_and_says_by_whom()
    {
        var fault = new Fault(FaultTypes.RequestCanceled, "lorica.cancelled", "web1", "bob cancelled vm.encrypt of web1.");
        _center.On("GET /api/v1/tasks/17", Samples.Task(state: "cancelled", fault: fault), RestJson.Default.TaskModel);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("task", "wait", "17"));
        Assert.Contains("error: bob cancelled vm.encrypt of web1.", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_privilege_the_sentence_names_it_and_whom_to_ask()
    {
        _center.Refuse("POST /api/v1/tasks/17/cancel", new ProblemModel("urn:lorica:fault:NoPermission", "NoPermission", 403,
            "alice does not hold Global.CancelTask at web1.", "Global.CancelTask", "web1",
            "Ask an administrator for a role that holds it."));
        Assert.Equal(ExitCode.NoPermission, await _cli.RunAsync("task", "cancel", "17"));
        Assert.Contains("error: alice does not hold Global.CancelTask at web1.", _cli.Error, StringComparison.Ordinal);
        Assert.Contains("hint: Ask an administrator", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_walks_the_chain_here_and_prints_its_head()
    {
        var (lines, events) = Chain(5);
        Serve(lines, events[^1]);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("event", "verify"));
        Assert.Equal($"5 events, all in order. Head: 5:{events[4].Hash}\n", _cli.Out);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("event", "verify", "--head", $"3:{events[2].Hash}"));
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("event", "verify", "--head", $"3:{events[3].Hash}"));
        Assert.Contains("does not contain the head", _cli.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("event", "verify", "--head", $"9:{events[3].Hash}"));
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("event", "verify", "--head", "9"));
    }

    [Fact]
    public async Task Verify_tells_what_is_missing_or_changed_whatever_the_center_says()
    {
        var (lines, events) = Chain(5);
        Serve([.. lines.Take(4)], events[^1]);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("event", "verify"));
        Assert.Contains("It ends with event 4", _cli.Error, StringComparison.Ordinal);

        Serve([.. lines.Skip(1)], events[^1]);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("event", "verify"));
        Assert.Contains("Events 1 to 1 are missing", _cli.Error, StringComparison.Ordinal);

        Serve([.. lines.Select(l => l.Replace("m3", "m9", StringComparison.Ordinal))], events[^1]);
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("event", "verify", "--json"));
        Assert.Contains("Event 3 was changed", _cli.Error, StringComparison.Ordinal);
        Assert.Contains("\"intact\":false", _cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_verified_without_a_center()
    {
        var (lines, _) = Chain(5);
        string whole = _cli.File("whole.jsonl", string.Join('\n', lines) + "\n");
        string part = _cli.File("part.jsonl", string.Join('\n', lines[2..]) + "\n");
        string hole = _cli.File("hole.jsonl", string.Join('\n', lines.Where((_, i) => i != 2)) + "\n");
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("event", "verify", whole));
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("event", "verify", part));
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("event", "verify", hole));
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("event", "verify", _cli.File("x.jsonl", "{}\n")));
        Assert.Empty(_center.Requests);
    }

    /// <summary>The lines are those of an older program; what a newer one adds to them is in the other form.</summary>
    [Fact]
    public async Task An_export_that_begins_in_the_form_of_older_programs_is_verified_to_its_end()
    {
        string[] old = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Data", "events-form-1.jsonl"));
        var last = JsonSerializer.Deserialize(old[^1], RestJson.Default.EventModel)!;
        var more = Refused() with { Number = last.Number + 1 };
        more = more with { Hash = Convert.ToHexStringLower(EventChain.Next(Convert.FromHexString(last.Hash), more)) };
        string line = JsonSerializer.Serialize(more, RestJson.Default.EventModel);

        Assert.Equal(ExitCode.Success, await VerifyAsync([.. old, line]));
        Assert.Equal($"8 events, all in order. Head: 8:{more.Hash}\n", _cli.Out);
        Assert.Equal(ExitCode.Success, await VerifyAsync([line]));
        foreach (string changed in new[]
        {
            line.Replace("\"refused\"", "\"succeeded\"", StringComparison.Ordinal),
            line.Replace("192.0.2.7", "192.0.2.8", StringComparison.Ordinal),
            line.Replace("\"form\":2", "\"form\":1", StringComparison.Ordinal),
            line.Replace(",\"form\":2", "", StringComparison.Ordinal),
            line.Replace("\"address\":\"192.0.2.7\"", "\"address\":null", StringComparison.Ordinal),
        })
        {
            Assert.NotEqual(line, changed);
            Assert.Equal(ExitCode.Refused, await VerifyAsync([.. old, changed]));
        }

        Assert.Equal(ExitCode.Refused, await VerifyAsync([.. old[..6], line]));
    }

    [Fact]
    public async Task Address_and_outcome_of_events_are_shown_where_they_are_asked_for()
    {
        _center.On("GET /api/v1/events", new ListModel<EventModel>([Refused()]), RestJson.Default.ListModelEventModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("event", "ls", "--outcome", "refused"));
        Assert.DoesNotContain("192.0.2.7", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("event", "ls", "--wide"));
        Assert.Equal(
            "NUMBER TIME OUTCOME USER ADDRESS SESSION TOKEN REQUEST OBJECT EVENT MESSAGE",
            string.Join(' ', _cli.Out.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        foreach (string shown in new[] { "192.0.2.7", "refused", "s1", "r1" })
            Assert.Contains($" {shown} ", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("event", "ls", "--json"));
        Assert.Contains("\"outcome\":\"refused\",\"address\":\"192.0.2.7\",\"sessionId\":\"s1\",\"tokenId\":\"\","
            + "\"correlationId\":\"r1\",\"form\":2", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("event", "ls", "--outcome", "perhaps"));
        Assert.Equal("GET /api/v1/events?outcome=refused&limit=200", _center.Requests.First());
    }

    [Fact]
    public async Task Alarms_are_listed_and_acknowledged()
    {
        var alarm = new AlarmModel(
            3, "vm.locked", "vm", "id", "web1", "critical", "web1 is locked.", DateTimeOffset.UnixEpoch, null, null, null);
        _center.On("GET /api/v1/alarms", new ListModel<AlarmModel>([alarm]), RestJson.Default.ListModelAlarmModel);
        _center.On("POST /api/v1/alarms/3/acknowledge", alarm with { AcknowledgedBy = "alice" }, RestJson.Default.AlarmModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("alarm", "ls", "--history"));
        Assert.Contains("vm.locked", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("alarm", "ack", "3"));
        Assert.Equal(["GET /api/v1/alarms?history=true&limit=200", "POST /api/v1/alarms/3/acknowledge"], _center.Requests);
    }

    [Fact]
    public async Task Completion_knows_the_names_of_virtual_machines()
    {
        _center.On("GET /api/v1/vms", new ListModel<VmModel>([Samples.Vm(), Samples.Vm() with { Name = "db1" }]),
            RestJson.Default.ListModelVmModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("[suggest:10]", "vm show we"));
        Assert.Contains("web1", _cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("db1", _cli.Out, StringComparison.Ordinal);
        Assert.Single(_center.Requests);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("[suggest:5]", "task "));
        Assert.Contains("cancel", _cli.Out, StringComparison.Ordinal);
        Assert.Single(_center.Requests);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_is_there_for_each_shell(string shell)
    {
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("completion", shell));
        Assert.Contains("lorica \"[suggest:", _cli.Out, StringComparison.Ordinal);
    }

    private void Serve(string[] lines, EventModel last)
    {
        _center.On("GET /api/v1/events/head", new EventHeadModel(last.Number, last.Hash), RestJson.Default.EventHeadModel);
        _center.On("GET /api/v1/events/export", async context =>
        {
            context.Response.ContentType = "application/jsonl";
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        });
    }

    private Task<ExitCode> VerifyAsync(string[] lines) =>
        _cli.RunAsync("event", "verify", _cli.File("events.jsonl", string.Join('\n', lines) + "\n"));

    private static EventModel Refused() => new(
        1, DateTimeOffset.FromUnixTimeMilliseconds(1_767_225_600_000), "lorica.privilege.Refused", "bob", "web1", "No.", "vm",
        "v", "refused", "192.0.2.7", "s1", "", "r1", Form: 2);

    private static (string[] Lines, EventModel[] Events) Chain(int count)
    {
        var events = new List<EventModel>();
        byte[] previous = EventChain.Start.ToArray();
        for (int i = 1; i <= count; i++)
        {
            var e = new EventModel(i, DateTimeOffset.FromUnixTimeMilliseconds(1_767_225_600_000 + i), "t", "u", "o", $"m{i}");
            previous = EventChain.Next(previous, e);
            events.Add(e with { Hash = Convert.ToHexStringLower(previous) });
        }
        return ([.. events.Select(e => JsonSerializer.Serialize(e, RestJson.Default.EventModel))], [.. events]);
    }
}
