namespace Lorica.Contracts.Rest;

/// <summary>Registers a VM from files that are there already.</summary>
public sealed record RegisterVmBody
{
    /// <summary><c>[datastore] folder/file.vmx</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Host; the first that sees the files when left out.</summary>
    public string? Host { get; init; }

    /// <summary>Folder or datacenter of the inventory.</summary>
    public string? Folder { get; init; }

    /// <summary>A name that it must have; a VM is registered under its own.</summary>
    public string? Name { get; init; }

    /// <summary>Accept files that are older than what is known of them; needs RegisterVM and Decrypt.</summary>
    public bool AcceptOlder { get; init; }

    /// <summary>Accept files under keys that are not known here, as after a recrypt elsewhere; needs Access.</summary>
    public bool AcceptChanged { get; init; }

    /// <summary>The host that held the VM last is cut off from its datastore: its lock is taken over at once.</summary>
    public bool Fenced { get; init; }
}
