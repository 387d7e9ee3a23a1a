using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands;

/// <summary>What <c>lorica disk info --json</c> prints.</summary>
internal sealed record DiskInfoModel
{
    public required string File { get; init; }

    /// <summary><c>lorica</c> or <c>image</c>.</summary>
    public required string Kind { get; init; }

    public required long Capacity { get; init; }

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
