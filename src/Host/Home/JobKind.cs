namespace Lorica.Host.Home;

/// <summary>What a job does to a VM.</summary>
internal enum JobKind
{
    Encrypt,
    Decrypt,
    RecryptShallow,
    RecryptDeep,
    Clone,
    Relocate,
}
