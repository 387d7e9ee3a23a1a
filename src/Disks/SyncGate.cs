using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>
/// Makes what was written to a file durable, and never forgets a failure. The kernel tells each open file description once of
/// an error that it met while writing back; so all syncs of a device go over one description that was opened before the first
/// write, does nothing else, and stays open as long as the device: no write, and no other program that syncs the file, can use
/// up the error.
/// </summary>
/// <remarks>
/// One sync runs at a time, since of two at once only one would be told. Whoever comes while one runs waits for the next, which
/// then is one for all who wait. Any error of a sync, also "no space left" of a write that was acknowledged long ago, is for
/// good: the kernel has dropped the data, and would report success if asked again.
/// </remarks>
internal sealed class SyncGate(SafeFileHandle description, string? path) : IDisposable
{
    private readonly object _turn = new();
    private long _started;
    private long _finished;
    private bool _running;
    private volatile DiskException? _failure;

    /// <summary>The failure that came first.</summary>
    public DiskException? Failure => _failure;

    /// <summary>Called with the first failure before anybody is told of it.</summary>
    public Action<DiskException>? OnFailure { get; set; }

    /// <summary>Returns when all writes that completed before the call are on stable storage.</summary>
    public void Sync()
    {
        ThrowIfFailed();
        lock (_turn)
        {
            // A sync that runs now may have begun before the caller's write.
            long wanted = _started + 1;
            while (_finished < wanted && _failure is null)
            {
                if (_running)
                    Monitor.Wait(_turn);
                else
                    Lead_NeedsLock();
            }
        }

        ThrowIfFailed();
    }

    /// <summary>Throws once a sync has failed.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw new DiskException(DiskErrorKind.Io, "The disk has failed before: " + failure.Message, path, null, failure);
    }

    public void Dispose() => description.Dispose();

    private void Lead_NeedsLock()
    {
        _running = true;
        long number = ++_started;
        Monitor.Exit(_turn);
        DiskException? failure = null;
        try
        {
            LinuxFile.DataSync(description, path);
        }
        catch (DiskException e)
        {
            // Never "no space": whoever makes room and tries again would wait for what is lost.
            failure = new DiskException(DiskErrorKind.Io, "What was written cannot be made durable. " + e.Message, path, null, e);
            OnFailure?.Invoke(failure);
            throw failure;
        }
        catch (Exception e)
        {
            // It did not run (the device is being closed): nobody may be told that it did.
            failure = new DiskException(DiskErrorKind.Io, "What was written was not made durable. " + e.Message, path, null, e);
            throw failure;
        }
        finally
        {
            Monitor.Enter(_turn);
            _failure ??= failure;
            _finished = number;
            _running = false;
            Monitor.PulseAll(_turn);
        }
    }
}
