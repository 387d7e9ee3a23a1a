namespace Lorica.Contracts.Rest;

/// <summary>The broker as clients need it: the key to which an uploaded client identity is sealed.</summary>
public sealed record BrokerModel(string Version, string ReceiveKey, string CertificatePem, bool HardwareAes, string KeyMemory);
