using System.Collections.Concurrent;

namespace Lorica.ControlPlane.Vms.Operations.ImportVm;

/// <summary>Imports that live in requests of this process: nobody else may take up their tasks.</summary>
internal sealed class ImportsUnderWay
{
    private readonly ConcurrentDictionary<string, bool> _tasks = new(StringComparer.Ordinal);

    /// <summary>Whether a request here works on the task.</summary>
    public bool Has(string taskId) => _tasks.ContainsKey(taskId);

    /// <summary>Marks a task until the result is disposed.</summary>
    public IDisposable Mark(string taskId)
    {
        _tasks[taskId] = true;
        return new Unmark(this, taskId);
    }

    private sealed class Unmark(ImportsUnderWay owner, string taskId) : IDisposable
    {
        public void Dispose() => owner._tasks.TryRemove(taskId, out _);
    }
}
