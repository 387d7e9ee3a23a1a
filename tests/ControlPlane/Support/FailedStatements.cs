using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Counts the statements that a database refuses with a message, as the database layer reports them.</summary>
internal sealed class FailedStatements : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly string _message;
    private readonly IDisposable _listeners;
    private readonly List<IDisposable> _events = [];
    private int _count;

    public FailedStatements(string message)
    {
        _message = message;
        _listeners = DiagnosticListener.AllListeners.Subscribe(this);
    }

    public int Count => Volatile.Read(ref _count);

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore")
        {
            lock (_events)
            {
                _events.Add(value.Subscribe(this, name => name == RelationalEventId.CommandError.Name));
            }
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is CommandErrorEventData failed && failed.Exception.Message.Contains(_message, StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _count);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        _listeners.Dispose();
        lock (_events)
        {
            _events.ForEach(e => e.Dispose());
        }
    }
}
