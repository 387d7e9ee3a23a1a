namespace Lorica.Crypto;

/// <summary>What a bundle belongs to. On the wire <c>disk</c>, <c>vm</c>, <c>dump</c>.</summary>
public enum BundleKind
{
    /// <summary>A virtual disk's descriptor: the DEK and the zero rule.</summary>
    Disk,

    /// <summary>A VM's configuration file: dataFileKey and secrets.</summary>
    Vm,

    /// <summary>A core dump: the dump's file key.</summary>
    Dump,
}
