namespace Lorica.Contracts.Rest;

/// <summary>A host.</summary>
public sealed record HostModel(
    string Id, string Name, string Address, string State, string CryptoMode, bool HardwareAes, string XtsBackend,
    string KeyMemory, bool Kvm, string Version, IReadOnlyList<DatastoreModel> Datastores, IReadOnlyList<KeyModel> Keys)
{
    /// <summary>In maintenance: nothing is placed or powered on there.</summary>
    public bool Maintenance { get; init; }

    /// <summary>Its host key by name, while it is in encryption mode.</summary>
    public KeyModel? HostKey { get; init; }

    /// <summary>How guests run: <c>kvm</c>, <c>kvmWithoutArchCapabilities</c>, <c>emulation</c>; empty when unknown.</summary>
    public string Accelerator { get; init; } = "";

    /// <summary>What the host's trial of KVM found.</summary>
    public string AcceleratorReason { get; init; } = "";

    /// <summary>Why it is not connected.</summary>
    public string Detail { get; init; } = "";
}
