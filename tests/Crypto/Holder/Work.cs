using System.Diagnostics;

namespace Lorica.Crypto.Holder;

/// <summary>What the threads do with the keys.</summary>
internal sealed class Work(KeyBuffer dek, KeyBuffer kek, XtsAes256 xts) : IDisposable
{
    private readonly HpkeReceiver _receiver = new();

    /// <summary>Every operation of the library once, over the two keys.</summary>
    public void Everything(byte[] data)
    {
        Sectors(data);
        using (var again = new XtsAes256(dek))
        {
            again.EncryptSectors(data, 7);
        }

        var id = new KeyId("provider", "id");
        var owner = Guid.NewGuid();
        using var contents =
            new BundleContents { ObjectId = owner, Generation = 1, Zero = ZeroRule.Hole, Key = dek.Slice(0, 64) };
        string bundle = Bundle.Seal(BundleKind.Disk, id, kek, contents);
        using var opened = Bundle.Open(BundleKind.Disk, bundle, id, kek, KeyCheckValue.Compute(kek), owner);
        string seal = FileSeal.Compute(dek, FileSeal.DescriptorInfo, data);
        var (enc, ciphertext) = HpkeSender.Seal(_receiver.PublicKey, "info"u8, "aad"u8, kek);
        using var received = _receiver.Open(enc, "info"u8, "aad"u8, ciphertext);
        using var copy = KeyBuffer.CopyOf(received.Span);
        if (!copy.FixedTimeEquals(kek) || !FileSeal.Verify(dek, FileSeal.DescriptorInfo, data, seal))
        {
            Environment.FailFast("a key changed");
        }

        using var stream = new SealedStreamWriter(
            Stream.Null,
            new SealedStreamHeader { Kind = SealedStreamKind.ConsoleLog, OwnerId = owner, StreamId = owner },
            kek,
            []);
        stream.WriteAsync(data).AsTask().GetAwaiter().GetResult();
        stream.CompleteAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Disk work only: sectors of several sizes, and units with stealing.</summary>
    public void Sectors(byte[] data)
    {
        Span<byte> tweak = stackalloc byte[16];
        for (int i = 0; i < 50; i++)
        {
            xts.EncryptSectors(data, 1);
            xts.DecryptSectors(data.AsSpan(0, 512), 1);
            xts.EncryptSectors(data.AsSpan(0, 1536), 1);
            xts.EncryptUnit(data.AsSpan(0, 517), data.AsSpan(0, 517), tweak);
            xts.DecryptUnit(data.AsSpan(0, 517), data.AsSpan(0, 517), tweak);
        }
    }

    /// <summary>Runs the action on threads for a while, with collections in between, and stops them.</summary>
    public void Run(int threads, TimeSpan time, Action<byte[]> action)
    {
        long start = Stopwatch.GetTimestamp();
        using (Start(threads, action))
        {
            SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(start) > time);
        }
    }

    /// <summary>
    /// Runs the action on threads until the result is disposed. The threads then stay parked: their stacks can be read.
    /// </summary>
    public IDisposable Start(int threads, Action<byte[]> action)
    {
        var running = new Running();
        for (int i = 0; i < threads; i++)
        {
            running.Add(() =>
            {
                // Garbage on purpose: every collection stops all threads wherever they are.
                action(new byte[4096]);
            });
        }

        running.Add(() => GC.Collect(0, GCCollectionMode.Forced));
        running.Add(() =>
        {
            GC.Collect(2, GCCollectionMode.Forced);
            Thread.Yield();
        });
        return running;
    }

    public void Dispose() => _receiver.Dispose();

    private sealed class Running : IDisposable
    {
        private static readonly ManualResetEvent Never = new(initialState: false);
        private readonly CountdownEvent _working = new(1);
        private volatile bool _stop;

        public void Add(Action action)
        {
            _working.AddCount();
            new Thread(() =>
            {
                while (!_stop)
                {
                    action();
                }

                _working.Signal();
                Never.WaitOne();
            })
            {
                IsBackground = true,
            }.Start();
        }

        public void Dispose()
        {
            _stop = true;
            _working.Signal();
            _working.Wait();
        }
    }
}
