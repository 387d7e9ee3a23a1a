using Lorica.Contracts.Rest;
using Lorica.Disks;

namespace Lorica.Cli.Commands;

/// <summary>What <c>lorica disk info --json</c> prints.</summary>
internal sealed record DiskInfoModel
{
    public required string File { get; init; }

    /// <summary><c>lorica</c> or <c>image</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Size of the virtual disk; null when the file cannot be read as one.</summary>
    public required long? Capacity { get; init; }

    /// <summary>What an image is: a word of the closed list.</summary>
    public string? Format { get; init; }

    /// <summary>How that is known.</summary>
    public string? Reason { get; init; }

    /// <summary>Bytes of the file itself.</summary>
    public long? FileSize { get; init; }

    /// <summary>The <c>createType</c> of a VMDK.</summary>
    public string? CreateType { get; init; }

    /// <summary>The files of a VMDK, the first 256 of them.</summary>
    public IReadOnlyList<DiskInfoExtent> Extents { get; init; } = [];

    /// <summary>How many there are.</summary>
    public int ExtentCount { get; init; }

    /// <summary>Why it cannot be imported; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>What to do about that.</summary>
    public string? WayOut { get; init; }

    /// <summary>Bytes that an image holds besides holes.</summary>
    public long? Allocated { get; init; }

    public string? Provisioning { get; init; }

    public string? Extent { get; init; }

    public bool Encrypted { get; init; }

    public string? ObjectId { get; init; }

    /// <summary>KEKs of which each opens it.</summary>
    public IReadOnlyList<KeyModel> Keys { get; init; } = [];

    /// <summary>KCV of the KEK.</summary>
    public string? KeyCheck { get; init; }

    /// <summary>The in-place job under way.</summary>
    public string? Transition { get; init; }

    public static DiskInfoModel Of(string file, ImageModel image, long? allocated) => new()
    {
        File = file,
        Kind = "image",
        Capacity = image.Capacity,
        Allocated = allocated,
        Format = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(image.Format.ToString()),
        Reason = $"{image.Name}: {image.Reason}",
        FileSize = image.FileLength,
        CreateType = image.CreateType,
        Extents = [.. image.Extents.Select(e => new DiskInfoExtent(e.Type, e.File, e.Length, e.Offset))],
        ExtentCount = image.ExtentCount,
        Problem = image.Problem,
        WayOut = image.WayOut,
    };

    public static DiskInfoModel Of(string file, Lorica.Disks.DiskModel disk) => new()
    {
        File = file,
        Kind = "lorica",
        Capacity = disk.Capacity,
        Provisioning = disk.Provisioning switch
        {
            Disks.Provisioning.LazyZeroed => "lazyZeroed",
            Disks.Provisioning.EagerZeroed => "eagerZeroed",
            _ => "thin",
        },
        Extent = disk.ExtentFile,
        Encrypted = disk.Encrypted,
        ObjectId = disk.ObjectId?.ToString(),
        Keys = [.. disk.Keys.Select(k => new KeyModel(k.Provider, k.Id))],
        KeyCheck = disk.Kcv,
        Transition = disk.Transition?.ToString(),
    };
}
