namespace Lorica.SystemTests.Model;

/// <summary>What a person does to a VM.</summary>
internal enum Act
{
    ImportPlain,
    ImportEncrypted,
    Encrypt,
    Decrypt,
    Recrypt,
    RecryptDeep,
    PowerOn,
    PowerOff,
    Remove,
    Show,
}
