namespace Lorica.Model;

/// <summary>A disk that a host is to make.</summary>
public sealed record NewDiskSpec
{
    /// <summary><c>virtio0:1</c>.</summary>
    public required string Label { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Capacity { get; init; }

    /// <summary>How its space is taken.</summary>
    public DiskFormat Provisioning { get; init; }

    /// <summary>Identity of the new disk.</summary>
    public string ObjectId { get; init; } = "";

    /// <summary>Its key, which the host holds already; null: plain.</summary>
    public ExpectedKey? Key { get; init; }

    /// <summary>Bytes of content that an import sends, for the check of free space; 0: not known.</summary>
    public long Data { get; init; }
}
