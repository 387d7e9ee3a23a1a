namespace Lorica.Disks;

/// <summary>How a disk takes its space. Thin and lazily zeroed disks read never-written sectors as zeros.</summary>
public enum Provisioning
{
    /// <summary>Space is taken when written and given back when trimmed.</summary>
    Thin,

    /// <summary>Space is taken at creation, its old content is hidden.</summary>
    LazyZeroed,

    /// <summary>Space is taken and zeros (when encrypted: their ciphertext) are written at creation.</summary>
    EagerZeroed,
}
