namespace Lorica.Contracts.Rest;

/// <summary>
/// <c>POST /api/v1/vms</c>, and the first frame of <c>POST /api/v1/vms/import</c> (see <see cref="DiskStream"/>).
/// </summary>
public sealed record CreateVmBody
{
    /// <summary>Name of the VM: 1 to 80 characters, no <c>/</c>, no control characters, not starting with a dot.</summary>
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
    // Not `init`: source-generated JSON would replace the default of an init-only member that the text leaves out.
    public int Cpus { get; set; } = 1;

    /// <summary>Memory in MiB.</summary>
    public long MemoryMib { get; set; } = 256;

    /// <summary><c>bios</c> or <c>uefi</c>.</summary>
    public string Firmware { get; set; } = "bios";

    /// <summary>
    /// Keys to use under a policy with encryption, disks by the labels that they get (<c>virtio0:0</c>, …); null for one new key.
    /// </summary>
    public IReadOnlyList<KeySpecBody>? Keys { get; init; }

    /// <summary>Disks in order; at least one.</summary>
    public required IReadOnlyList<CreateDiskBody> Disks { get; init; }
}
