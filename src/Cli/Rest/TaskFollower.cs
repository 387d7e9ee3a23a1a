using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>
/// Follows a task to its end. A center that goes away meanwhile is waited for: the task is in its database, and a restarted
/// center takes it up again.
/// </summary>
internal sealed class TaskFollower(CenterClient center, Terminal terminal, TimeProvider time)
{
    private const int WaitSeconds = 5;
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(2);

    /// <summary>The ended task; it may have failed.</summary>
    public Task<TaskModel> FollowAsync(TaskModel task, CancellationToken ct)
        => TaskText.HasEnded(task)
            ? Task.FromResult(task)
            : ProgressScope.RunAsync(terminal, TaskText.Title(task), view => FollowAsync(task, view, ct));

    private async Task<TaskModel> FollowAsync(TaskModel task, IProgressView view, CancellationToken ct)
    {
        try
        {
            while (!TaskText.HasEnded(task))
            {
                view.Report(TaskText.Title(task), task.Percent, TaskText.Detail(task));
                task = await NextAsync(task.Id, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw new CliException(ExitCode.Interrupted, $"Stopped watching; task {task.Id} goes on.",
                $"lorica task wait {task.Id}");
        }
        view.Report(TaskText.Title(task), task.Percent, TaskText.Detail(task));
        return task;
    }

    private async Task<TaskModel> NextAsync(string id, CancellationToken ct)
    {
        long? since = null;
        while (true)
        {
            try
            {
                return await center.TaskAsync(id, WaitSeconds, ct);
            }
            catch (CliException e) when (e.Kind == ExitCode.Unreachable)
            {
                since ??= time.GetTimestamp();
                if (time.GetElapsedTime(since.Value) > Outage)
                    throw;
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
            }
        }
    }
}
