using System.Text;
using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>
/// The log of a part: <c>STATE/PART/log</c>, and <c>log.1</c> before it; together at most twice <see cref="MaximumBytes"/>.
/// </summary>
internal sealed class PartLog : IDisposable
{
    private const long MaximumBytes = 8 * 1024 * 1024;
    private const int LinesKept = 20;

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = new();
    private readonly string _path;
    private FileStream _file;

    public PartLog(string path)
    {
        _path = path;
        _file = Open();
    }

    public string Path => _path;

    /// <summary>The last lines, for a message about a failed start.</summary>
    public IReadOnlyList<string> Last
    {
        get
        {
            lock (_lock)
                return [.. _last];
        }
    }

    /// <summary>Forgets the last lines: a new run begins.</summary>
    public void Begin()
    {
        lock (_lock)
            _last.Clear();
    }

    public void Write(string line)
    {
        lock (_lock)
        {
            _last.Enqueue(Terminal.Clean(line));
            if (_last.Count > LinesKept)
                _last.Dequeue();
            if (_file.Length >= MaximumBytes)
            {
                _file.Dispose();
                File.Move(_path, _path + ".1", overwrite: true);
                _file = Open();
            }
            _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _file.Flush();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _file.Dispose();
    }

    private FileStream Open() => new(_path, new FileStreamOptions
    {
        Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete,
        UnixCreateMode = Files.SafeFile.OwnerOnly,
    });
}
