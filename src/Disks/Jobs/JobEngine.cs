using System.Security.Cryptography;
using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Jobs;

/// <summary>
/// Step 4 of an in-place job: from the newest record on, window by window
/// <code>
///   record of n (ciphertext) → older slot → fdatasync → blocks of n → data file → fdatasync → n + 1
/// </code>
/// A cut before the first fdatasync leaves window n untouched and record n-1 whole; after it, record n restores window n whatever
/// part of it was written. Windows without data get no record. The engine never retries a failed sync: the job ends, and the next
/// run starts from what is really on disk.
/// </summary>
internal sealed class JobEngine
{
    private readonly IStoredFile _extent;
    private readonly ConversionJournal _side;
    private readonly WindowCipher _cipher;
    private readonly long _capacity;
    private readonly bool _zeroIsHole;

    private JobEngine(IStoredFile extent, ConversionJournal side, WindowCipher cipher, long capacity, bool zeroIsHole)
    {
        _extent = extent;
        _side = side;
        _cipher = cipher;
        _capacity = capacity;
        _zeroIsHole = zeroIsHole;
    }

    /// <summary>Converts all that is left. The descriptor names the job; its side file exists.</summary>
    public static void Run(
        IDiskStore store, SealedDescriptor descriptor, string path, bool force, IProgress<DiskProgress>? progress,
        CancellationToken ct)
    {
        var model = descriptor.Model;
        var contents = descriptor.Contents!;
        var kind = model.Transition!.Kind;
        using var extent = store.Open(model.ExtentFile, writable: true);
        Vmdk.CheckExtent(extent.Stat(), model, path);
        var expected = new SideHeader(kind, contents.ObjectId, model.Capacity, 0);
        using var side = ConversionJournal.Open(store, model.Name, expected, descriptor.SealKey);
        using var from = contents.OldKey is { } old ? new XtsAes256(old) : null;
        using var to = contents.Key is { } key ? new XtsAes256(key) : null;
        bool hole = contents.Zero == ZeroRule.Hole;
        var engine = new JobEngine(extent, side, new WindowCipher(kind, from, to, hole, force), model.Capacity, hole);
        engine.Run(model.Name, progress, ct);
    }

    private void Run(string name, IProgress<DiskProgress>? progress, CancellationToken ct)
    {
        byte[] window = new byte[_side.WindowBytes];
        try
        {
            long next = 0;
            if (_side.Newest >= 0)
            {
                Redo(name, window);
                next = _side.Newest + 1;
            }

            long windows = (_capacity + window.Length - 1) / window.Length;
            while (next < windows)
            {
                progress?.Report(new DiskProgress(next * window.Length, _capacity));
                ct.ThrowIfCancellationRequested();
                next = Step(next, window);
            }

            progress?.Report(new DiskProgress(_capacity, _capacity));
        }
        finally
        {
            // It held plain text of the guest.
            CryptographicOperations.ZeroMemory(window);
        }
    }

    /// <summary>Converts one window; returns the next one that may hold data.</summary>
    private long Step(long number, byte[] buffer)
    {
        long offset = number * buffer.Length;
        var window = buffer.AsSpan(0, (int)Math.Min(buffer.Length, _capacity - offset));
        if (_zeroIsHole)
        {
            var range = _extent.RangeAt(offset, _capacity);
            if (!range.HoldsData && range.End >= offset + window.Length)
                return range.End == _capacity ? long.MaxValue : Math.Max(number + 1, range.End / buffer.Length);
            ReadData(offset, window);
        }
        else
        {
            _extent.Read(offset, window);
        }

        int length = _cipher.Convert(offset, window, _side.Bitmap, _side.Payload);
        if (length == 0)
            return number + 1;
        _side.Append(number, length);
        WriteMarked(offset, window);
        _extent.DataSync();
        return number + 1;
    }

    private void Redo(string name, byte[] buffer)
    {
        long number = _side.Newest;
        long offset = number * buffer.Length;
        int length = _side.PayloadLength;
        if (offset >= _capacity)
            throw Broken(name);

        _side.Reaffirm();
        var window = buffer.AsSpan(0, (int)Math.Min(buffer.Length, _capacity - offset));
        if (!_cipher.Restore(offset, window, _side.Bitmap, _side.Payload[..length]))
            throw Broken(name);
        WriteMarked(offset, window);
        _extent.DataSync();
    }

    private void ReadData(long offset, Span<byte> window)
    {
        window.Clear();
        long end = offset + window.Length;
        for (long at = offset; at < end;)
        {
            var range = _extent.RangeAt(at, end);
            if (range.HoldsData)
                _extent.Read(at, window.Slice((int)(at - offset), (int)range.Length));
            at = range.End;
        }
    }

    private void WriteMarked(long offset, ReadOnlySpan<byte> window)
    {
        var bitmap = _side.Bitmap;
        int at = 0;
        while (at < window.Length)
        {
            int end = at;
            while (end < window.Length && WindowCipher.IsMarked(bitmap, end / SideFormat.BlockBytes))
                end = Math.Min(window.Length, end + SideFormat.BlockBytes);
            if (end > at)
                _extent.Write(offset + at, window[at..end]);
            at = end + SideFormat.BlockBytes;
        }
    }

    private static DiskException Broken(string name) => new(
        DiskErrorKind.SideFileLost, $"The record of the job under way on {name} does not fit the disk.", name);
}
