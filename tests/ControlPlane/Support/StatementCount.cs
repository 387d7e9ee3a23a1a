using System.Collections.Concurrent;
using System.Diagnostics;
using Lorica.Store;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Counts the statements to one database and the rows that they read, as the database layer reports them.</summary>
internal sealed class StatementCount : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly string _database;
    private readonly IDisposable _listeners;
    private readonly List<IDisposable> _events = [];
    private int _rows;
    private int _looks;

    private StatementCount(string database)
    {
        _database = database;
        _listeners = DiagnosticListener.AllListeners.Subscribe(this);
    }

    /// <summary>Text and parameters of each.</summary>
    public ConcurrentQueue<(string Text, Dictionary<string, object?> Parameters)> Statements { get; } = new();

    public int Rows => Volatile.Read(ref _rows);

    /// <summary>Counts from now on: the database layer notices only after a while that somebody listens.</summary>
    public static async Task<StatementCount> StartAsync(CenterStore store)
    {
        var count = new StatementCount(CenterStore.PathIn(store.Folder));
        while (count.Statements.IsEmpty || Volatile.Read(ref count._looks) == 0)
        {
            await store.ReadAsync(db => db.Users.AnyAsync(default));
        }

        count.Statements.Clear();
        count._rows = 0;
        return count;
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore")
        {
            lock (_events)
            {
                _events.Add(value.Subscribe(this, name => name == RelationalEventId.CommandExecuted.Name
                    || name == RelationalEventId.DataReaderDisposing.Name));
            }
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is CommandExecutedEventData { Command: var command } && command.Connection?.DataSource == _database)
        {
            Statements.Enqueue((command.CommandText, command.Parameters.Cast<System.Data.Common.DbParameter>()
                .ToDictionary(p => p.ParameterName, p => p.Value)));
        }
        else if (value.Value is DataReaderDisposingEventData read && read.Command.Connection?.DataSource == _database)
        {
            // The last look finds no row.
            Interlocked.Increment(ref _looks);
            Interlocked.Add(ref _rows, Math.Max(0, read.ReadCount - 1));
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
