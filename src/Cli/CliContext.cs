using Lorica.Cli.Output;
using Lorica.Cli.Profiles;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli;

/// <summary>What commands need of the world; tests give their own.</summary>
internal sealed class CliContext
{
    public required Terminal Terminal { get; init; }

    /// <summary>Lines of standard input.</summary>
    public required TextReader Input { get; init; }

    /// <summary>Environment variables.</summary>
    public required Func<string, string?> Environment { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ProfileStore Profiles => new(Environment);

    /// <summary>The context of this process.</summary>
    public static CliContext OfProcess() => new()
    {
        Terminal = Terminal.OfProcess(),
        Input = Console.In,
        Environment = System.Environment.GetEnvironmentVariable,
    };

    /// <summary>The center at which the person is signed in.</summary>
    public CenterClient Center() => new(Profiles.Require());

    /// <summary>
    /// What a command that started a task does with it: prints its id (<c>--no-wait</c>), or follows it to its end and fails as
    /// it failed. The ended task, or null when it was not waited for.
    /// </summary>
    public async Task<TaskModel?> HandleAsync(CenterClient center, TaskModel task, bool noWait, bool json, CancellationToken ct)
    {
        if (noWait)
        {
            if (json)
                Terminal.Json(task, RestJson.Default.TaskModel);
            else
                Terminal.Line(task.Id);
            return null;
        }
        task = await new TaskFollower(center, Terminal, Time).FollowAsync(task, ct);
        if (json)
            Terminal.Json(task, RestJson.Default.TaskModel);
        foreach (string note in json ? [] : TaskText.Notes(task))
            Terminal.Line(note);
        return task.State is "failed" or "cancelled" ? throw Failed(task) : task;
    }

    /// <summary>The failure of a task.</summary>
    public static CliException Failed(TaskModel task) => task.Fault is { } fault
        ? FaultText.ToException(fault)
        : new CliException(ExitCode.Other, $"Task {task.Id} failed.", $"lorica task show {task.Id}");
}
