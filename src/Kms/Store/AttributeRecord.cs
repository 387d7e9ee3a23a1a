namespace Lorica.Kms.Store;

/// <summary>An attribute in an object's file; the value is TTLV.</summary>
internal sealed record AttributeRecord(string Name, int Index, byte[] Value);
