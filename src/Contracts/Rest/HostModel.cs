namespace Lorica.Contracts.Rest;

/// <summary>A host.</summary>
public sealed record HostModel(
    string Id, string Name, string Address, string State, string CryptoMode, bool HardwareAes, string XtsBackend,
    string KeyMemory, bool Kvm, string Version, IReadOnlyList<DatastoreModel> Datastores, IReadOnlyList<KeyModel> Keys);
