using System.Text;
using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>
/// The log of a part: <c>STATE/PART/log</c>, and <c>log.1</c> before it; together at most twice <see cref="MaximumBytes"/>.
/// A line that cannot be written (a full disk) is counted and dropped: whoever reads the part's output must go on reading, or the
/// part blocks on its full pipe. Each next line tries to open the file again, and the first
/// that succeeds says how many were lost. Whoever started
/// the part is told when that begins.
/// </summary>
internal sealed class PartLog : IDisposable
{
    private const long MaximumBytes = 8 * 1024 * 1024;
    private const int LinesKept = 20;

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = new();
    private readonly string _path;
    private readonly Action<string> _say;
    private FileStream? _file;
    private long _lost;
    private bool _closed;

    /// <param name="path">The file.</param>
    /// <param name="say">Told once each time that lines begin to be lost: what is wrong, and the first of them, which mostly says
    /// it better.</param>
    public PartLog(string path, Action<string>? say = null)
    {
        _path = path;
        _say = say ?? (_ => { });
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

    /// <summary>Writes a line, or drops it; never throws.</summary>
    public void Write(string line)
    {
        lock (_lock)
        {
            _last.Enqueue(Terminal.Clean(line));
            if (_last.Count > LinesKept)
                _last.Dequeue();
            if (_closed)
                return;
            try
            {
                Append(line);
            }
            catch (Exception e)
            {
                // Whatever it was (no space, a quota, a folder that went away): a log is no reason to stop a part.
                if (_lost++ == 0)
                {
                    _say($"{_path} cannot be written: {e.Message.TrimEnd('.')}. Lines are lost until it can. The first of them: "
                        + line);
                }

                Close();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            Close();
        }
    }

    private void Append(string line)
    {
        _file ??= Open();
        if (_file.Length >= MaximumBytes)
        {
            Close();
            File.Move(_path, _path + ".1", overwrite: true);
            _file = Open();
        }
        // The line before may have been cut short.
        string missing = _lost == 0 ? "" : $"\n({_lost} lines could not be written here)\n";
        _file.Write(Encoding.UTF8.GetBytes(missing + line + "\n"));
        _lost = 0;
    }

    private void Close()
    {
        // Nothing is buffered, so closing writes nothing.
        _file?.Dispose();
        _file = null;
    }

    private FileStream Open() => new(_path, new FileStreamOptions
    {
        Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete,
        UnixCreateMode = Files.FileModes.OwnerOnly, BufferSize = 0,
    });
}
