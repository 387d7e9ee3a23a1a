namespace Lorica.Contracts.Rest;

/// <summary>A new, empty disk.</summary>
public sealed record AddDiskBody
{
    /// <summary>Bytes.</summary>
    public required long Capacity { get; init; }

    /// <summary><c>thin</c> (when left out), <c>lazyZeroed</c>, <c>eagerZeroed</c>.</summary>
    public string? Provisioning { get; init; }

    /// <summary>Storage policy by name or id; that of VM home when left out.</summary>
    public string? Policy { get; init; }

    /// <summary>Its place; the next free one when left out.</summary>
    public string? Label { get; init; }

    /// <summary>A new KEK of this provider (<c>default</c>: of the default one) in place of the VM's.</summary>
    public string? NewKeyFrom { get; init; }
}
