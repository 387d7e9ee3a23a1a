namespace Lorica.Kms.Store;

/// <summary>
/// One sync for many writers: who comes while one is under way waits for the next, which covers all that have come by then.
/// <code>
/// A writes, asks ──► sync 1 ─────────────►│ A returns
/// B writes, asks      └─ waits ───────────│─► sync 2 ─────────►│ B and C return
/// C writes, asks              └─ waits ───┘                    │
/// </code>
/// A sync that fails may have lost what was written before it, and a later one would not say so: from then on every call fails,
/// until the program is started again and reads what is there.
/// </summary>
/// <param name="sync">Makes durable what was written before it was called.</param>
internal sealed class GroupSync(Action sync)
{
    private readonly object _gate = new();
    private long _asked;
    private long _done;
    private bool _running;
    private Exception? _failed;

    /// <summary>Returns when all that the caller wrote before is durable.</summary>
    /// <exception cref="IOException">It is not, or an earlier one was not.</exception>
    public void Wait()
    {
        long upTo;
        lock (_gate)
        {
            long mine = ++_asked;
            while (true)
            {
                // What a sync made durable is, also when the next one failed.
                if (_done >= mine)
                {
                    return;
                }

                if (_failed is { } failed)
                {
                    throw new IOException($"an earlier sync failed, so nothing is written any more: {failed.Message}", failed);
                }

                if (!_running)
                {
                    break;
                }

                Monitor.Wait(_gate);
            }

            (_running, upTo) = (true, _asked);
        }

        Exception? error = null;
        try
        {
            sync();
        }
        catch (Exception e)
        {
            error = e;
            throw;
        }
        finally
        {
            lock (_gate)
            {
                (_running, _failed) = (false, error);
                _done = error is null ? upTo : _done;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
