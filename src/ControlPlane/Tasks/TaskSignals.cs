using System.Collections.Concurrent;

namespace Lorica.ControlPlane.Tasks;

/// <summary>
/// Wakes those who wait for a change of a task in this process. The table is the truth; this only saves waiting.
/// </summary>
public sealed class TaskSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>
    /// Completes at the next change of task <paramref name="id"/>. Take it for unfinished tasks only, and before the last look at
    /// the row: the end of the task drops it.
    /// </summary>
    public Task NextChange(string id) =>
        _waiting.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says that task <paramref name="id"/> changed.</summary>
    public void Changed(string id)
    {
        if (_waiting.TryRemove(id, out var source))
        {
            source.TrySetResult();
        }
    }
}
