namespace Lorica.Host.Home;

/// <summary>Names of <see cref="JobKind"/>.</summary>
internal static class JobKinds
{
    /// <summary>Name in requests and descriptions of jobs.</summary>
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

    /// <summary>Name for people, in <c>pending_job</c>, and in the mark of a job in the VMX.</summary>
    public static string Word(this JobKind kind) => kind switch
    {
        JobKind.RecryptShallow => "recrypt",
        JobKind.RecryptDeep => "rekey",
        JobKind.Encrypt or JobKind.Decrypt or JobKind.Clone or JobKind.Relocate => kind.Name(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of job without a word."),
    };

    /// <summary>From the name in a request; null when there is no such job.</summary>
    public static JobKind? Parse(string name) =>
        Enum.GetValues<JobKind>().Where(k => k.Name() == name).Select(k => (JobKind?)k).FirstOrDefault();

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
