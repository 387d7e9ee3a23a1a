using Lorica.Disks.Native;

namespace Lorica.Disks.Storage;

/// <summary>An open file of an <see cref="IDiskStore"/>.</summary>
internal interface IStoredFile : IDisposable
{
    /// <summary>Size, links and so on, now.</summary>
    FileStat Stat();

    /// <summary>Fills the buffer or throws.</summary>
    void Read(long offset, Span<byte> buffer);

    /// <summary>Writes all or throws; durable after <see cref="DataSync"/>, and until then any part of it may be lost.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Cuts or extends with a hole.</summary>
    void SetLength(long length);

    /// <summary>Takes the space now; false when the filesystem cannot promise it.</summary>
    bool Reserve(long offset, long length);

    /// <summary>The hole or data range at <paramref name="offset"/> within the first <paramref name="length"/> bytes.</summary>
    DiskRange RangeAt(long offset, long length);

    /// <summary>Makes written data durable.</summary>
    void DataSync();

    /// <summary>Makes data and the file's own properties durable.</summary>
    void Sync();
}
