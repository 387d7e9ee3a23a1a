namespace Lorica.Model;

/// <summary>A VM that is asked for.</summary>
// Not `init` where there is a default: source-generated JSON would replace it when the text leaves the member out.
public sealed record NewVm
{
    /// <summary>Name of the VM.</summary>
    public required string Name { get; init; }

    /// <summary>Storage policy by name or id; null for the datastore default.</summary>
    public string? Policy { get; init; }

    /// <summary>Host by name; null when there is one.</summary>
    public string? Host { get; init; }

    /// <summary>Datacenter or folder: name, id or path; null for the first datacenter.</summary>
    public string? Folder { get; init; }

    /// <summary>Datastore by name; null when the host has one.</summary>
    public string? Datastore { get; init; }

    /// <summary>Virtual processors.</summary>
    public int Cpus { get; set; } = 1;

    /// <summary>Memory in MiB.</summary>
    public long MemoryMib { get; set; } = 256;

    /// <summary><c>bios</c> or <c>uefi</c>.</summary>
    public string Firmware { get; set; } = "bios";

    /// <summary>Keys to use under a policy with encryption; null for one new key.</summary>
    public IReadOnlyList<KeySpec>? Keys { get; init; }

    /// <summary>Disks in order; at least one.</summary>
    public required IReadOnlyList<NewDisk> Disks { get; init; }

    /// <summary>Object ids of the disks, in order; decided when it begins.</summary>
    public IReadOnlyList<string> DiskObjects { get; set; } = [];
}
