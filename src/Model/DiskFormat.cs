namespace Lorica.Model;

/// <summary>How the space of a disk is taken. <see cref="HostWords"/> has the words.</summary>
public enum DiskFormat
{
    /// <summary>As it is written.</summary>
    Thin,

    /// <summary>At once; zeroed when it is written first.</summary>
    LazyZeroed,

    /// <summary>At once, and zeroed.</summary>
    EagerZeroed,
}
