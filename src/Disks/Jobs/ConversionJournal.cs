using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lorica.Crypto;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Jobs;

/// <summary>
/// A ring of two window records (bytes: <see cref="SideFormat"/>). Invariant: at every moment at least one slot holds a whole
/// record, and the highest whole record n means that windows below n are durably converted, n is perhaps, and those above are
/// untouched. Only ciphertext is ever stored here.
/// </summary>
internal sealed class ConversionJournal : IDisposable
{
    private readonly IStoredFile _file;
    private readonly KeyBuffer _macKey;
    private readonly byte[] _record;
    private readonly byte[] _jobId;
    private int _newestSlot;

    private ConversionJournal(IStoredFile file, KeyBuffer macKey, int windowBytes, byte[] jobId)
    {
        _file = file;
        _macKey = macKey;
        WindowBytes = windowBytes;
        _jobId = jobId;
        _record = new byte[SideFormat.PageBytes + windowBytes];
    }

    public int WindowBytes { get; }

    /// <summary>Number of the newest window; -1 when nothing was changed yet.</summary>
    public long Newest { get; private set; } = -1;

    /// <summary>Where the next record's bitmap is prepared (and the newest one's stands after opening).</summary>
    public Span<byte> Bitmap => _record.AsSpan(SideFormat.BitmapAt, WindowBytes / SideFormat.BlockBytes / 8);

    /// <summary>Likewise the payload.</summary>
    public Span<byte> Payload => _record.AsSpan(SideFormat.PageBytes);

    /// <summary>Length of the newest payload after opening.</summary>
    public int PayloadLength { get; private set; }

    /// <summary>
    /// Makes the file with all the space it will need, durable with its name. <paramref name="macKey"/> stays the caller's.
    /// </summary>
    public static void Create(IDiskStore store, string name, SideHeader header, KeyBuffer macKey)
    {
        using var file = store.CreateNew(DiskName.Side(name));
        long length = SideFormat.SlotAt(2, header.WindowBytes);
        file.SetLength(length);
        if (!file.Reserve(0, length))
            FillWithZeros(file, length);

        byte[] page = new byte[SideFormat.PageBytes];
        byte[] jobId = RandomNumberGenerator.GetBytes(SideFormat.JobIdBytes);
        header.Write(page, jobId);
        Seal(page, macKey);
        file.Write(0, page);

        using var start = new ConversionJournal(new NotOwned(file), macKey, header.WindowBytes, jobId) { _newestSlot = 1 };
        start.WriteRecord(-1, 0);
        file.Sync();
        store.Sync();
    }

    /// <summary>
    /// Opens the file of a job under way and finds its newest record; <see cref="DiskErrorKind.SideFileLost"/> when there is
    /// none.
    /// </summary>
    public static ConversionJournal Open(IDiskStore store, string name, SideHeader expected, KeyBuffer macKey)
    {
        IStoredFile file;
        try
        {
            file = store.Open(DiskName.Side(name), writable: true);
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.NotFound)
        {
            throw Lost(name, "it is missing");
        }

        try
        {
            if (file.Stat().Length < SideFormat.PageBytes)
                throw Lost(name, "it is cut off");
            byte[] page = new byte[SideFormat.PageBytes];
            file.Read(0, page);
            if (!IsSealed(page, macKey))
                throw Lost(name, "its header is damaged or of another job");
            var (header, jobId) = SideHeader.Read(page);
            if (header is null || header with { WindowBytes = expected.WindowBytes } != expected)
                throw Lost(name, "it belongs to another job");
            if (file.Stat().Length < SideFormat.SlotAt(2, header.WindowBytes))
                throw Lost(name, "it is cut off");
            var side = new ConversionJournal(file, macKey, header.WindowBytes, jobId);
            side.FindNewest(name);
            return side;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes what stands in <see cref="Bitmap"/> and <see cref="Payload"/> as record of a window into the older slot, durably.
    /// A crash leaves the newest record as it was.
    /// </summary>
    public void Append(long window, int payloadLength)
    {
        WriteRecord(window, payloadLength);
        _file.DataSync();
        Newest = window;
        PayloadLength = payloadLength;
    }

    /// <summary>
    /// Writes the newest record once more, over itself, and makes it durable: what was read may have come from the page cache
    /// after a sync that failed. Over itself, because then a cut in the middle harms neither it (same bytes) nor the one before
    /// it.
    /// </summary>
    public void Reaffirm()
    {
        _newestSlot = 1 - _newestSlot;
        WriteRecord(Newest, PayloadLength);
        _file.DataSync();
    }

    public void Dispose()
    {
        _file.Dispose();
        CryptographicOperations.ZeroMemory(_record);
    }

    private void WriteRecord(long window, int payloadLength)
    {
        var head = _record.AsSpan(0, SideFormat.BitmapAt);
        head.Clear();
        SideFormat.RecordMagic.CopyTo(head[SideFormat.Covered..]);
        _jobId.CopyTo(head[SideFormat.JobIdAt..]);
        BinaryPrimitives.WriteInt64LittleEndian(head[SideFormat.NumberAt..], window);
        BinaryPrimitives.WriteInt32LittleEndian(head[SideFormat.PayloadLengthAt..], payloadLength);
        var record = _record.AsSpan(0, SideFormat.PageBytes + payloadLength);
        Seal(record, _macKey);
        int slot = 1 - _newestSlot;
        _file.Write(SideFormat.SlotAt(slot, WindowBytes), record);
        _newestSlot = slot;
    }

    private void FindNewest(string name)
    {
        long best = long.MinValue;
        int bestSlot = 0;
        for (int slot = 0; slot < 2; slot++)
        {
            if (ReadRecord(slot) is { } number && number > best)
                (best, bestSlot) = (number, slot);
        }

        if (best == long.MinValue || ReadRecord(bestSlot) != best)
            throw Lost(name, "none of its records is whole");
        Newest = best;
        _newestSlot = bestSlot;
    }

    private long? ReadRecord(int slot)
    {
        _file.Read(SideFormat.SlotAt(slot, WindowBytes), _record);
        int length = BinaryPrimitives.ReadInt32LittleEndian(_record.AsSpan(SideFormat.PayloadLengthAt));
        if (!_record.AsSpan(SideFormat.Covered).StartsWith(SideFormat.RecordMagic)
            || !_record.AsSpan(SideFormat.JobIdAt, SideFormat.JobIdBytes).SequenceEqual(_jobId)
            || length < 0 || length > WindowBytes
            || !IsSealed(_record.AsSpan(0, SideFormat.PageBytes + length), _macKey))
        {
            return null;
        }

        PayloadLength = length;
        return BinaryPrimitives.ReadInt64LittleEndian(_record.AsSpan(SideFormat.NumberAt));
    }

    private static void Seal(Span<byte> range, KeyBuffer macKey)
    {
        string mac = FileSeal.Compute(macKey, SideFormat.MacInfo, range[SideFormat.Covered..]);
        Encoding.ASCII.GetBytes(mac, range);
    }

    private static bool IsSealed(ReadOnlySpan<byte> range, KeyBuffer macKey)
    {
        Span<char> mac = stackalloc char[SideFormat.MacBytes];
        for (int i = 0; i < mac.Length; i++)
            mac[i] = (char)range[i];
        return FileSeal.Verify(macKey, SideFormat.MacInfo, range[SideFormat.Covered..], mac);
    }

    private static void FillWithZeros(IStoredFile file, long length)
    {
        byte[] zeros = new byte[SideFormat.PageBytes];
        for (long at = 0; at < length; at += zeros.Length)
            file.Write(at, zeros);
    }

    private static DiskException Lost(string name, string why) => new(
        DiskErrorKind.SideFileLost,
        $"The job under way on {name} cannot go on: {why} ({DiskName.Side(name)}). Restore that file, or the disk from a backup.",
        name);
}
