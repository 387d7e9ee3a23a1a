namespace Lorica.SystemTests.Model;

/// <summary>What a person does to a VM.</summary>
internal enum Act
{
    ImportPlain,
    ImportEncrypted,

    /// <summary>The VM comes to be encrypted, with an empty disk.</summary>
    Create,

    /// <summary>The VM comes to be as a full clone of an encrypted one that nobody else works on.</summary>
    Clone,
    Encrypt,
    Decrypt,
    Recrypt,
    RecryptDeep,

    /// <summary>Adds an empty disk, or removes the one that was added.</summary>
    ChangeDisk,

    /// <summary>To the other datastore.</summary>
    Relocate,

    /// <summary>To the other host, powered off.</summary>
    Migrate,

    /// <summary>Out of the inventory, and in again from its files.</summary>
    Reregister,
    PowerOn,
    PowerOff,
    Remove,
    Show,
}
