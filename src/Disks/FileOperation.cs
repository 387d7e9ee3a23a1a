using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace Lorica.Disks;

/// <summary>
/// One request on its way through the thread pool. Objects are reused, so a request allocates nothing once the pool is warm.
/// Owner: <see cref="Queue"/> takes it out of the pool, <see cref="GetResult"/> (called exactly once by the awaiter) puts it
/// back.
/// </summary>
internal sealed class FileOperation : IValueTaskSource, IThreadPoolWorkItem
{
    private const int PoolLimit = 256;
    private static readonly ConcurrentQueue<FileOperation> Pool = new();

    private ManualResetValueTaskSourceCore<bool> _core;
    private FileDevice? _device;
    private DiskOperation _operation;
    private long _offset;
    private Memory<byte> _buffer;
    private long _length;
    private bool _durable;

    public static ValueTask Queue(
        FileDevice device, DiskOperation operation, long offset, Memory<byte> buffer, long length, bool durable)
    {
        if (!Pool.TryDequeue(out var item))
            item = new FileOperation();
        item._device = device;
        item._operation = operation;
        item._offset = offset;
        item._buffer = buffer;
        item._length = length;
        item._durable = durable;
        short version = item._core.Version;
        ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        return new ValueTask(item, version);
    }

    public void Execute()
    {
        Exception? error = null;
        try
        {
            _device!.Execute(_operation, _offset, _buffer, _length, _durable);
        }
        catch (Exception e)
        {
            error = e is DiskException
                ? e
                : new DiskException(DiskErrorKind.Io, "The file could not be used: " + e.Message, offset: _offset, inner: e);
        }

        // After this the awaiter may already have put the object back: touch nothing more.
        if (error is null)
            _core.SetResult(true);
        else
            _core.SetException(error);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _device = null;
            _buffer = default;
            _core.Reset();
            if (Pool.Count < PoolLimit)
                Pool.Enqueue(this);
        }
    }
}
