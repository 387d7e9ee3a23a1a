using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.ImportVm;

/// <summary>
/// Reads <see cref="DiskStream"/>: every rule of the format is checked here, once, before a byte is passed on. Memory is bounded
/// by one frame. The buffers belong to the reader and are valid until the next call.
/// </summary>
internal sealed class DiskStreamReader(PipeReader source)
{
    private const byte JsonKind = 1;
    private const byte DataKind = 2;
    private const byte EndKind = 3;
    private const int SectorSize = 512;

    private IReadOnlyList<NewDisk> _disks = [];
    private int _disk;
    private long _next;
    private bool _ended;
    private byte[] _buffer = [];

    /// <summary>Reads magic and the JSON of the first frame.</summary>
    /// <param name="parse">Parses it strictly.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<NewVm> ReadVmAsync(Func<ReadOnlyMemory<byte>, NewVm> parse, CancellationToken ct)
    {
        var magic = await TakeAsync(DiskStream.Magic.Length, ct);
        if (!magic.Span.SequenceEqual(DiskStream.Magic))
        {
            throw Malformed("it does not begin with LORICAD1");
        }

        var frame = await HeaderAsync(ct);
        if (frame is not { Kind: JsonKind, Disk: 0, Offset: 0, Length: > 0 and <= DiskStream.MaximumJson })
        {
            throw Malformed("its first frame is not the VM, at most 64 KiB");
        }

        var body = parse(await TakeAsync(frame.Length, ct));
        _disks = body.Disks;
        return body;
    }

    /// <summary>The next data; null after the end frame, when nothing follows it.</summary>
    public async Task<DiskFrame?> ReadDataAsync(CancellationToken ct)
    {
        if (_ended)
        {
            return null;
        }

        var frame = await HeaderAsync(ct);
        switch (frame.Kind)
        {
            case EndKind when frame is { Disk: 0, Offset: 0, Length: 0 }:
                _ended = true;
                var rest = await source.ReadAsync(ct);
                bool clean = rest.Buffer.IsEmpty && rest.IsCompleted;
                source.AdvanceTo(rest.Buffer.Start);
                return clean ? null : throw Malformed("something follows its end");
            case DataKind:
                Check(frame);
                return new DiskFrame(frame.Disk, frame.Offset, await TakeAsync(frame.Length, ct));
            default:
                throw Malformed("a frame is of no known kind, or the VM comes twice");
        }
    }

    private void Check(Header frame)
    {
        if (frame.Disk >= _disks.Count)
        {
            throw Malformed($"there is no disk {frame.Disk}");
        }

        if (frame.Length is <= 0 or > DiskStream.MaximumData || frame.Length % SectorSize != 0 || frame.Offset < 0
            || frame.Offset % SectorSize != 0)
        {
            throw Malformed("a frame's offset or length is not a multiple of 512, or it is longer than 1 MiB");
        }

        if (frame.Offset > _disks[frame.Disk].Capacity - frame.Length)
        {
            throw Malformed($"data lies behind the end of disk {frame.Disk}");
        }

        if (frame.Disk < _disk || (frame.Disk == _disk && frame.Offset < _next))
        {
            throw Malformed("data does not ascend");
        }

        (_disk, _next) = (frame.Disk, frame.Offset + frame.Length);
    }

    private async Task<Header> HeaderAsync(CancellationToken ct)
    {
        var bytes = (await TakeAsync(DiskStream.HeaderLength, ct)).Span;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (bytes[2] != 0 || bytes[3] != 0 || length > DiskStream.MaximumData || offset > long.MaxValue)
        {
            throw Malformed("a frame's header is out of bounds");
        }

        return new Header(bytes[0], bytes[1], (int)length, (long)offset);
    }

    /// <summary>Exactly <paramref name="count"/> bytes, copied out of the pipe; valid until the next call.</summary>
    private async Task<ReadOnlyMemory<byte>> TakeAsync(int count, CancellationToken ct)
    {
        var result = await source.ReadAtLeastAsync(count, ct);
        if (result.Buffer.Length < count)
        {
            source.AdvanceTo(result.Buffer.Start);
            throw Malformed("it ends too early");
        }

        if (_buffer.Length < count)
        {
            _buffer = new byte[count];
        }

        var wanted = result.Buffer.Slice(0, count);
        wanted.CopyTo(_buffer);
        source.AdvanceTo(wanted.End);
        return _buffer.AsMemory(0, count);
    }

    private static FaultException Malformed(string what) => new(new Fault(
        FaultTypes.InvalidArgument, "lorica.diskStream", "import",
        $"The stream of disks is malformed: {what}.", "Nothing was kept. Import with `lorica vm import`."));

    private readonly record struct Header(byte Kind, byte Disk, int Length, long Offset);
}
