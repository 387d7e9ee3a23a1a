using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.RegisterVm;

/// <summary>Takes a VM whose files are there already into the inventory.</summary>
public sealed record RegisterVmRequest
{
    /// <summary><c>[datastore] folder/file</c> of its VMX.</summary>
    public required string Path { get; init; }

    /// <summary>Host: name or id; null for the first that sees the files.</summary>
    public string? Host { get; init; }

    /// <summary>Datacenter or folder; null for the first datacenter.</summary>
    public string? Folder { get; init; }

    /// <summary>The name that the caller expects; null for any.</summary>
    public string? Name { get; init; }

    /// <summary>Files that are older than what is known are taken.</summary>
    public bool AcceptOlder { get; init; }

    /// <summary>Files that were changed by others are taken.</summary>
    public bool AcceptChanged { get; init; }

    /// <summary>An operator says that whoever held the lock last is cut off for good.</summary>
    public bool Fenced { get; init; }

    /// <summary>Records of the objects that the files name as encrypted; decided when it begins.</summary>
    public IReadOnlyList<RecordPlan> Records { get; init; } = [];
}
