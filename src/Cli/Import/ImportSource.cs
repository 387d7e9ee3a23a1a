using Lorica.Disks;

namespace Lorica.Cli.Import;

/// <summary>
/// An image to import, opened with the rights of the person who imports it: what is hostile in it meets this process and
/// never the center or a host.
/// </summary>
internal sealed class ImportSource(string path, IBlockReader device) : IAsyncDisposable
{
    /// <summary>Path of the image.</summary>
    public string Path { get; } = path;

    /// <summary>Size of the virtual disk.</summary>
    public long Capacity => device.Length;

    /// <summary>Opens an image of any kind that is understood, or with <paramref name="raw"/> the bytes as they are.</summary>
    public static async Task<ImportSource> OpenAsync(string path, bool raw, CancellationToken ct)
        => new(path, raw ? await DiskImage.OpenRawAsync(path, ct) : await DiskImage.OpenReadOnlyAsync(path, ct));

    /// <summary>Walks over the data, in ascending order.</summary>
    public IAsyncEnumerable<DataRun> DataAsync(CancellationToken ct) => DataScanner.ScanAsync(device, ct);

    public ValueTask DisposeAsync() => device.DisposeAsync();
}
