namespace Lorica.Host.Home;

/// <summary>Names of <see cref="JobKind"/>.</summary>
internal static class JobKinds
{
    /// <summary>Name in requests and descriptions of jobs.</summary>
    public static string Name(this JobKind kind) => kind switch
    {
        JobKind.Encrypt => "encrypt",
        JobKind.Decrypt => "decrypt",
        _ => "recryptShallow",
    };

    /// <summary>Name for people, and in <c>pending_job</c>.</summary>
    public static string Word(this JobKind kind) => kind == JobKind.RecryptShallow ? "recrypt" : kind.Name();

    /// <summary>From the name in a request; null when there is no such job.</summary>
    public static JobKind? Parse(string name) => name switch
    {
        "encrypt" => JobKind.Encrypt,
        "decrypt" => JobKind.Decrypt,
        "recryptShallow" => JobKind.RecryptShallow,
        _ => null,
    };
}
