namespace Lorica.Kms;

/// <summary>What the operator has to look at.</summary>
internal enum KmsErrorKind
{
    /// <summary>The command line.</summary>
    Usage,

    /// <summary>The configuration file or what it names.</summary>
    Configuration,

    /// <summary>Another process holds the state folder.</summary>
    InUse,

    /// <summary>A file of the state folder is missing, damaged or does not belong to the root key.</summary>
    Damaged,

    /// <summary>The file system.</summary>
    Io,
}
