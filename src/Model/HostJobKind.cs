namespace Lorica.Model;

/// <summary>What a job of a host does. <see cref="HostWords"/> has the words.</summary>
public enum HostJobKind
{
    /// <summary>Encrypts plain data in place.</summary>
    Encrypt,

    /// <summary>Decrypts in place.</summary>
    Decrypt,

    /// <summary>New KEK around the same data keys.</summary>
    RecryptShallow,

    /// <summary>New data keys, in place.</summary>
    RecryptDeep,

    /// <summary>Copies a VM with keys of its own.</summary>
    Clone,

    /// <summary>Moves the files to another datastore.</summary>
    Relocate,
}
