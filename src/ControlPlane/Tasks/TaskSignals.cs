using System.Collections.Concurrent;

namespace Lorica.ControlPlane.Tasks;

/// <summary>
/// Wakes those who wait for a change of a task in this process, and work that is asked to end. The table is the truth; this only
/// saves waiting.
/// </summary>
public sealed class TaskSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _cancels = new(StringComparer.Ordinal);

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

    /// <summary>Says that task <paramref name="id"/> ended: nobody can cancel it any more.</summary>
    public void Ended(string id)
    {
        // Not disposed: work may still look at its token.
        _cancels.TryRemove(id, out _);
        Changed(id);
    }

    /// <summary>A token that fires when task <paramref name="id"/> is asked to end.</summary>
    public CancellationToken CancellationOf(string id) => _cancels.GetOrAdd(id, _ => new CancellationTokenSource()).Token;

    /// <summary>Asks the work of task <paramref name="id"/>, if it runs here, to end.</summary>
    public void Cancel(string id)
    {
        if (_cancels.TryGetValue(id, out var source))
        {
            source.Cancel();
        }
    }
}
