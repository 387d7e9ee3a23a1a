using Lorica.Contracts.Host;
using Lorica.Disks;

namespace Lorica.Host.Home;

/// <summary>Names of <see cref="JobKind"/>.</summary>
internal static class JobKinds
{
    /// <summary>Name in the log, metrics and traces.</summary>
    public static string Name(this JobKind kind) => kind switch
    {
        JobKind.Encrypt => "encrypt",
        JobKind.Decrypt => "decrypt",
        JobKind.RecryptShallow => "recryptShallow",
        JobKind.RecryptDeep => "recryptDeep",
        JobKind.Clone => "clone",
        JobKind.Relocate => "relocate",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of job without a name."),
    };

    /// <summary>Name for people, and in the mark of a job in the VMX.</summary>
    public static string Word(this JobKind kind) => kind switch
    {
        JobKind.RecryptShallow => "recrypt",
        JobKind.RecryptDeep => "rekey",
        JobKind.Encrypt or JobKind.Decrypt or JobKind.Clone or JobKind.Relocate => kind.Name(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of job without a word."),
    };

    /// <summary>From the wire; null when there is no such job.</summary>
    public static JobKind? From(HostJobKind kind) => kind switch
    {
        HostJobKind.Encrypt => JobKind.Encrypt,
        HostJobKind.Decrypt => JobKind.Decrypt,
        HostJobKind.RecryptShallow => JobKind.RecryptShallow,
        HostJobKind.RecryptDeep => JobKind.RecryptDeep,
        HostJobKind.Clone => JobKind.Clone,
        HostJobKind.Relocate => JobKind.Relocate,
        _ => null,
    };

    /// <summary>To the wire.</summary>
    public static HostJobKind ToMessage(this JobKind member) => member switch
    {
        JobKind.Encrypt => HostJobKind.Encrypt,
        JobKind.Decrypt => HostJobKind.Decrypt,
        JobKind.RecryptShallow => HostJobKind.RecryptShallow,
        JobKind.RecryptDeep => HostJobKind.RecryptDeep,
        JobKind.Clone => HostJobKind.Clone,
        JobKind.Relocate => HostJobKind.Relocate,
        _ => throw new ArgumentOutOfRangeException(nameof(member), member, "A member that the wire does not know."),
    };

    /// <summary>What the files say is under way, on the wire: a job that leaves a mark in a VMX.</summary>
    public static UnfinishedWork ToUnfinished(this JobKind kind) => kind switch
    {
        JobKind.Encrypt => UnfinishedWork.Encrypt,
        JobKind.Decrypt => UnfinishedWork.Decrypt,
        JobKind.RecryptShallow => UnfinishedWork.Recrypt,
        JobKind.RecryptDeep => UnfinishedWork.Rekey,
        JobKind.Clone or JobKind.Relocate => throw new ArgumentOutOfRangeException(nameof(kind), kind, "It leaves no mark."),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of job that the wire does not know."),
    };

    /// <summary>The same of a disk's descriptor.</summary>
    public static UnfinishedWork ToUnfinished(this TransitionKind kind) => kind switch
    {
        TransitionKind.Encrypt => UnfinishedWork.Encrypt,
        TransitionKind.Decrypt => UnfinishedWork.Decrypt,
        TransitionKind.Rekey => UnfinishedWork.Rekey,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A transition that the wire does not know."),
    };

    /// <summary>From the mark in a VMX; null when no job leaves such a mark.</summary>
    public static JobKind? ParseMark(string word) => word switch
    {
        "encrypt" => JobKind.Encrypt,
        "decrypt" => JobKind.Decrypt,
        "rekey" => JobKind.RecryptDeep,
        _ => null,
    };

    /// <summary>Whether the job changes nothing of the VM that it works on but where its files are.</summary>
    public static bool IsCopy(this JobKind kind) => kind is JobKind.Clone or JobKind.Relocate;
}
