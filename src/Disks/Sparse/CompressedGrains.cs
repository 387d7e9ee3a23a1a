using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Lorica.Disks.Images;

namespace Lorica.Disks.Sparse;

/// <summary>
/// Grains of a stream-optimised extent: a marker (8 bytes sector of the disk, 4 bytes size) and a zlib stream. Never expands
/// further than one grain, and a stream that holds more or less than its grain is refused. Keeps the last grain, since reads come
/// in order.
/// </summary>
internal sealed class CompressedGrains(ImageFile file, SparseHeader header)
{
    private const int MarkerSize = 12;
    private readonly byte[] _grain = new byte[header.GrainBytes];
    private readonly Lock _gate = new();
    private long _cached = -1;

    public void Read(long grain, uint sector, int inside, Span<byte> buffer)
    {
        lock (_gate)
        {
            if (_cached != grain)
            {
                _cached = -1;
                Expand(grain, sector);
                _cached = grain;
            }

            _grain.AsSpan(inside, buffer.Length).CopyTo(buffer);
        }
    }

    private void Expand(long grain, uint sector)
    {
        long at = (long)sector * BlockRequest.SectorSize;
        Span<byte> marker = stackalloc byte[MarkerSize];
        file.Read(at, marker);
        if (BinaryPrimitives.ReadUInt64LittleEndian(marker) != (ulong)grain * (ulong)header.GrainSectors)
            throw file.Malformed("a compressed grain belongs to another place", at);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(marker[8..]);

        // zlib never grows data by more than a little: a larger size is a lie.
        if (size == 0 || size > header.GrainBytes + 4096)
            throw file.Malformed("a compressed grain has an impossible size", at);

        byte[] packed = ArrayPool<byte>.Shared.Rent((int)size);
        try
        {
            file.Read(at + MarkerSize, packed.AsSpan(0, (int)size));
            Inflate(packed, (int)size, grain, at);
        }
        catch (InvalidDataException e)
        {
            throw new DiskException(
                DiskErrorKind.Malformed, $"The image {file.Path} is broken: a compressed grain cannot be expanded.",
                file.Path, at, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private void Inflate(byte[] packed, int size, long grain, long at)
    {
        using var source = new MemoryStream(packed, 0, size, writable: false);
        using var zlib = new ZLibStream(source, CompressionMode.Decompress);
        int n = zlib.ReadAtLeast(_grain, _grain.Length, throwOnEndOfStream: false);

        // The disk's last grain may stop at its end.
        long needed = Math.Min(_grain.Length, (header.Capacity - grain * header.GrainSectors) * BlockRequest.SectorSize);
        if (n < needed || zlib.ReadByte() >= 0)
            throw file.Malformed("a compressed grain is not as long as a grain", at);
        _grain.AsSpan(n).Clear();
    }
}
